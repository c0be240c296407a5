#!/bin/sh
# Makes and renews the node's certificate. The key never leaves the node; the bay's CA signs through the API. A later run adopts changes:
# the CAs to trust (two during a rotation), and a certificate of the first of them.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_true tls_disabled; then exit 0; fi
folder=$CERTIFICATES
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ca_url=$(value magnum_url)/certificates/$(value bay_id)

pem_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pem"].strip())' "$1"; }

status=000
if [ -s "$TOKEN" ]; then status=$(cloud GET "$ca_url" "$TOKEN" '' "$work/ca.json" ''); fi
if [ "$status" != 200 ]; then
    log_in "$work" "$CREDENTIAL"
    keep "$work/token" "$TOKEN"
    cloud_until_good 'asking for the CA' GET "$ca_url" "$TOKEN" '' "$work/ca.json" ''
fi
pem_of "$work/ca.json" >"$work/ca.crt"
sed '/END CERTIFICATE/q' "$work/ca.crt" >"$work/first.crt"
openssl verify -CAfile "$work/ca.crt" "$work/first.crt" >/dev/null || give_up 'the answer of the API is no CA'

# A certificate is renewed a week before it ends. One that ends together with its CA is kept: a new one would not last longer.
lasts() {
    openssl x509 -in "$1" -noout -checkend 604800 >/dev/null 2>&1 && return 0
    openssl x509 -in "$1" -noout -checkend 0 >/dev/null 2>&1 &&
        [ "$(openssl x509 -in "$1" -noout -enddate)" = "$(openssl x509 -in "$work/first.crt" -noout -enddate)" ]
}
is_signed() { openssl verify -CAfile "$work/first.crt" "$1" >/dev/null 2>&1; }
is_good() { lasts "$1" && is_signed "$1"; }

put() { keep "$1" "$folder/$2" && changed=yes; }

changed=no
if ! cmp -s "$work/ca.crt" "$folder/ca.crt"; then put "$work/ca.crt" ca.crt; fi
if ! is_good "$folder/server.pem"; then
    /opt/magnum/ask-cert.sh "$work" "$TOKEN"
    is_signed "$work/server.pem" || give_up 'the certificate was not signed by the CA of this bay'
    put "$work/server.pem" server.pem
fi
if [ "$changed" = yes ]; then reload_certificates; fi
