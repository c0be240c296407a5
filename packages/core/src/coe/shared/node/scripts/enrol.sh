#!/bin/sh
# Exchanges the enrolment token in the user data, which works once, for the credential of this bay's nodes. The node's secret is kept
# before it is sent: a node that dies in between comes back with the same secret, and the service accepts it again.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if [ -s "$CREDENTIAL" ] && [ -s "$SECRET" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ ! -s "$SECRET" ]; then
    python3 -c 'import secrets; print(secrets.token_urlsafe(32))' >"$work/secret"
    keep "$work/secret" "$SECRET"
fi
python3 - "$work/order" <<'PYTHON'
import json, os, sys
token = json.load(open(os.environ["VALUES"]))["enrolment_token"]
with open(sys.argv[1], "w") as file:
    json.dump({"token": token, "secret": open(os.environ["SECRET"]).read().strip()}, file)
PYTHON
cloud_until_good 'enrolling' POST "$(value magnum_url)/credentials/$(value bay_id)/nodes/$(value node_name)" '' "$work/order" "$work/answer" ''
python3 - "$work" <<'PYTHON'
import json, os, sys
answer = json.load(open(os.path.join(sys.argv[1], "answer")))
with open(os.path.join(sys.argv[1], "credential"), "w") as file:
    json.dump({name: answer[name] for name in ("generation", "user_id", "password", "trust_id")}, file)
PYTHON
keep "$work/credential" "$CREDENTIAL"
