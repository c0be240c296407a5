#!/bin/sh
# The engine's certificate: the key is made here and never leaves; the bay's CA signs through the API.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_true tls_disabled; then exit 0; fi
folder=/etc/docker
mkdir -p "$folder"
# A week before it ends, a certificate is made anew.
if [ -s "$folder/server.key" ] && openssl x509 -in "$folder/server.crt" -noout -checkend 604800 >/dev/null 2>&1 &&
    openssl verify -CAfile "$folder/ca.crt" "$folder/server.crt" >/dev/null 2>&1; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work" <<'PYTHON'
import ipaddress, json, os, sys
values = json.load(open(os.environ["VALUES"]))
def write(name, text):
    with open(os.path.join(sys.argv[1], name), "w") as file:
        file.write(text)
user = {"id": values["trustee_user_id"], "password": values["trustee_password"]}
write("login", json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}))
addresses = ["127.0.0.1"] + [values.get(name) for name in
    ("private_address", "floating_address", "load_balancer_address", "load_balancer_floating_address")]
names = ["IP:" + str(ipaddress.ip_address(address)) for address in dict.fromkeys(addresses) if address]
names += ["DNS:localhost", "DNS:" + values["node_name"]]
write("csr.conf", """[req]
distinguished_name = name
req_extensions = extensions
prompt = no
[name]
CN = %s
[extensions]
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = %s
""" % (values["node_name"], ", ".join(names)))
PYTHON

openssl ecparam -name prime256v1 -genkey -noout -out "$work/server.key"
openssl req -new -sha256 -key "$work/server.key" -config "$work/csr.conf" -out "$work/server.csr"

auth_url=$(value auth_url) magnum_url=$(value magnum_url)
cloud_until_good 'logging in' POST "$auth_url/auth/tokens" '' "$work/login" '' "$work/headers"
sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: *//p' "$work/headers" | tr -d '\r\n' >"$work/token"
cloud_until_good 'asking for the CA' GET "$magnum_url/certificates/$(value bay_id)" "$work/token" '' "$work/ca.json" ''
python3 - "$work" <<'PYTHON'
import json, os, sys
bay = json.load(open(os.environ["VALUES"]))["bay_id"]
csr = open(os.path.join(sys.argv[1], "server.csr")).read()
with open(os.path.join(sys.argv[1], "order"), "w") as file:
    json.dump({"cluster_uuid": bay, "bay_uuid": bay, "csr": csr}, file)
PYTHON
cloud_until_good 'asking for a certificate' POST "$magnum_url/certificates" "$work/token" "$work/order" "$work/server.json" ''

for name in ca server; do
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pem"].strip())' "$work/$name.json" >"$work/$name.crt"
done
openssl verify -CAfile "$work/ca.crt" "$work/server.crt" >/dev/null || give_up 'the certificate was not signed by the CA of this bay'
for name in ca.crt server.crt server.key; do install -m 0600 "$work/$name" "$folder/$name"; done
