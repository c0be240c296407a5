#!/bin/sh
# Makes and renews the certificates of this node. No key leaves the node, and no key of a CA comes to it: kubeadm works with CAs whose keys
# it does not have. Which certificates a node may have, their subjects, names and terms are the service's decision; a request brings a key
# and names a profile. A later run adopts changes: the CAs to trust, and certificates of the first of them. apply-certificates.sh lets the programs use them.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$PKI/etcd"
url=$(value magnum_url)/certificates
ca_url=$url/$(value bay_id)

pem_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pem"].strip())' "$1"; }

ca_path() {
    case $1 in
    main) echo "$PKI/ca.crt" ;;
    etcd) echo "$PKI/etcd/ca.crt" ;;
    *) echo "$PKI/$1-ca.crt" ;;
    esac
}

# take_ca AUTHORITY: leaves the CAs to trust in the work folder, the one that signs by itself, and both where programs look for them.
take_ca() {
    cloud_until_good "asking for the CA $1" GET "$ca_url?ca_cert_type=$1" "$TOKEN" '' "$work/answer" ''
    pem_of "$work/answer" >"$work/$1.crt"
    sed '/END CERTIFICATE/q' "$work/$1.crt" >"$work/$1-first.crt"
    openssl verify -CAfile "$work/$1.crt" "$work/$1-first.crt" >/dev/null || give_up 'the answer of the API is no CA'
    if ! cmp -s "$work/$1.crt" "$(ca_path "$1")"; then keep "$work/$1.crt" "$(ca_path "$1")"; fi
}

# A certificate is renewed a month before it ends. One that ends together with its CA is kept: a new one would not last longer.
is_good() {
    [ -s "$1.crt" ] && [ -s "$1.key" ] || return 1
    openssl verify -CAfile "$work/$2-first.crt" "$1.crt" >/dev/null 2>&1 || return 1
    openssl x509 -in "$1.crt" -noout -checkend 2592000 >/dev/null 2>&1 && return 0
    openssl x509 -in "$1.crt" -noout -checkend 0 >/dev/null 2>&1 &&
        [ "$(openssl x509 -in "$1.crt" -noout -enddate)" = "$(openssl x509 -in "$work/$2-first.crt" -noout -enddate)" ]
}

# make PROFILE AUTHORITY PATH
make() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/new.key"
    openssl req -new -sha256 -key "$work/new.key" -subj "/CN=$(value node_name)" -out "$work/new.csr"
    python3 - "$work" "$1" <<'PYTHON'
import json, os, sys
bay = json.load(open(os.environ["VALUES"]))["bay_id"]
csr = open(os.path.join(sys.argv[1], "new.csr")).read()
with open(os.path.join(sys.argv[1], "order"), "w") as file:
    json.dump({"cluster_uuid": bay, "bay_uuid": bay, "csr": csr, "profile": sys.argv[2]}, file)
PYTHON
    cloud_until_good "asking for the certificate $1" POST "$url" "$TOKEN" "$work/order" "$work/answer" ''
    pem_of "$work/answer" >"$work/new.crt"
    openssl verify -CAfile "$work/$2-first.crt" "$work/new.crt" >/dev/null || give_up "the certificate $1 was not signed by the CA of this bay"
    keep "$work/new.key" "$3.key"
    keep "$work/new.crt" "$3.crt"
}

# The token may have ended, or belong to a credential that was replaced.
status=000
if [ -s "$TOKEN" ]; then status=$(cloud GET "$ca_url" "$TOKEN" '' '' ''); fi
if [ "$status" != 200 ]; then
    log_in "$work" "$CREDENTIAL"
    keep "$work/token" "$TOKEN"
fi
certificates >"$work/list"
cut -d ' ' -f 2 "$work/list" | sort -u >"$work/authorities"
while read -r authority; do take_ca "$authority" </dev/null; done <"$work/authorities"
if is_control_plane && is_true kubernetes.signs_requests; then
    cat "$PKI/ca.crt" "$PKI/signer.crt" >"$work/client-ca.crt"
    if ! cmp -s "$work/client-ca.crt" "$CLIENT_CAS"; then keep "$work/client-ca.crt" "$CLIENT_CAS"; fi
fi
while read -r profile authority path; do
    if is_good "$path" "$authority"; then continue; fi
    make "$profile" "$authority" "$path" </dev/null
done <"$work/list"
