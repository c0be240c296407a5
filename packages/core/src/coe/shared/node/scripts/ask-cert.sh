#!/bin/sh
# ask-cert.sh FOLDER TOKEN-FILE: makes a key, has it signed by the bay's CA, and leaves certificate and key as server.pem in the folder. The
# CA adds the names and addresses of this node itself: a node cannot ask for those of another.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

work=$1 token=$2
python3 - "$work" <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
with open(os.path.join(sys.argv[1], "csr.conf"), "w") as file:
    file.write("""[req]
distinguished_name = name
req_extensions = extensions
prompt = no
[name]
CN = %s
[extensions]
extendedKeyUsage = serverAuth
""" % values["node_name"])
PYTHON

openssl ecparam -name prime256v1 -genkey -noout -out "$work/server.key"
openssl req -new -sha256 -key "$work/server.key" -config "$work/csr.conf" -out "$work/server.csr"
python3 - "$work" <<'PYTHON'
import json, os, sys
bay = json.load(open(os.environ["VALUES"]))["bay_id"]
csr = open(os.path.join(sys.argv[1], "server.csr")).read()
with open(os.path.join(sys.argv[1], "order"), "w") as file:
    json.dump({"cluster_uuid": bay, "bay_uuid": bay, "csr": csr}, file)
PYTHON
cloud_until_good 'asking for a certificate' POST "$(value magnum_url)/certificates" "$token" "$work/order" "$work/server.json" ''
python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pem"].strip())' "$work/server.json" >"$work/server.crt"
cat "$work/server.crt" "$work/server.key" >"$work/server.pem"
