#!/bin/sh
# Makes key and certificate of the webhook that knows Keystone's tokens, and says to the API server where it is. Both run on this node and speak
# over its loopback address, so the certificate is trusted for itself, no authority signs it, and no rotation touches it.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_control_plane || ! is_true kubernetes.keystone_auth || [ -e "$KEYSTONE_AUTH/webhook.json" ]; then exit 0; fi
mkdir -p "$KEYSTONE_AUTH"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=k8s-keystone-auth \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$KEYSTONE_AUTH/tls.key" -out "$KEYSTONE_AUTH/tls.crt" 2>/dev/null ||
    give_up "the certificate of Keystone's webhook could not be made"
python3 - >"$STATE/webhook.json" <<'PYTHON'
import json, os
folder = os.environ["KEYSTONE_AUTH"]
print(json.dumps({
    "apiVersion": "v1", "kind": "Config", "current-context": "webhook",
    "clusters": [{"name": "webhook", "cluster": {"server": "https://127.0.0.1:8443/webhook", "certificate-authority": folder + "/tls.crt"}}],
    "users": [{"name": "webhook"}],
    "contexts": [{"name": "webhook", "context": {"cluster": "webhook", "user": "webhook"}}]}, indent=1))
PYTHON
keep "$STATE/webhook.json" "$KEYSTONE_AUTH/webhook.json"
