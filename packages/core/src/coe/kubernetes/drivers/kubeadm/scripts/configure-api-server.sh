#!/bin/sh
# Writes what the API server of this control plane reads when it starts, beside certificates: documents that follow from labels, and the
# authorities that may vouch for an issuer of tokens. configure-kubelet.sh names the files in kubeadm's configuration.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_control_plane || [ -z "$(value kubernetes.api_server)" ]; then exit 0; fi
if is_true kubernetes.api_server.encrypts_secrets && [ ! -s "$PKI/encryption.key" ]; then
    give_up 'the key that encrypts Secrets is missing on this control plane'
fi
mkdir -p "$API_SERVER" "$STATE/api-server"
python3 - "$STATE/api-server" <<'PYTHON'
import json, os, sys
folder = sys.argv[1]
wanted = json.load(open(os.environ["VALUES"]))["kubernetes"]["api_server"]
for document in wanted["documents"]:
    with open(os.path.join(folder, document["file"]), "w") as file:
        json.dump(document["content"], file, indent=1)
if wanted["encrypts_secrets"]:
    # The key came with take-keys.sh. What was written in the clear is still read, and encrypted when it is written again.
    with open(os.environ["PKI"] + "/encryption.key") as key:
        keys = [{"name": "bay", "secret": key.read().strip()}]
    with open(os.path.join(folder, "encryption.json"), "w") as file:
        json.dump({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
            {"resources": ["secrets"], "providers": [{"secretbox": {"keys": keys}}, {"identity": {}}]}]}, file)
for path in wanted["folders"]:
    os.makedirs(path, mode=0o700, exist_ok=True)
PYTHON
for document in "$STATE/api-server"/*; do
    if [ -e "$document" ]; then keep "$document" "$API_SERVER/$(basename "$document")"; fi
done
# One of them may have a key in it.
rm -rf "$STATE/api-server"
if is_true kubernetes.api_server.checks_issuer; then
    # An API server that is given a file trusts the authorities in it and no others: it gets those of the system, and the cloud's own, which an
    # issuer in the same cloud may use.
    for authorities in $SYSTEM_AUTHORITIES; do
        if [ -s "$authorities" ]; then break; fi
    done
    [ -s "$authorities" ] || give_up 'the image has no list of authorities, by which an issuer of tokens could be checked'
    { cat "$authorities" && echo && value cloud_ca && echo; } >"$STATE/issuer-ca.crt"
    keep "$STATE/issuer-ca.crt" "$ISSUER_CAS"
fi
