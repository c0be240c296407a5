#!/bin/sh
# Adopts the credential that this node should hold, and reports it. The old one works until every node has reported, so that a node
# that dies in between has one that works.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
url=$(value magnum_url)/credentials/$(value bay_id)
held=$STATE/credential-told

status=000
if cat "$TOKEN" >"$work/token" 2>/dev/null; then status=$(cloud GET "$url" "$work/token" '' "$work/answer" ''); fi
if [ "$status" != 200 ]; then
    log_in "$work" "$CREDENTIAL"
    keep "$work/token" "$TOKEN"
    status=$(cloud GET "$url" "$work/token" '' "$work/answer" '')
fi
[ "$status" = 200 ] || give_up "asking for the credential was answered with HTTP status $status"

python3 - "$work" <<'PYTHON'
import json, os, sys
answer = json.load(open(os.path.join(sys.argv[1], "answer")))
def write(name, text):
    with open(os.path.join(sys.argv[1], name), "w") as file:
        file.write(text)
write("generation", str(answer["generation"]))
if answer.get("control_planes"):
    write("control-planes", "".join(address + "\n" for address in answer["control_planes"]))
if answer["password"] is not None:
    write("credential", json.dumps({name: answer[name] for name in ("generation", "user_id", "password", "trust_id")}))
PYTHON
rm -f "$work/answer"
if [ -s "$work/control-planes" ] && ! cmp -s "$work/control-planes" "$CONTROL_PLANES"; then
    keep "$work/control-planes" "$CONTROL_PLANES"
fi

if [ -s "$work/credential" ]; then
    # The login proves the credential before it replaces the old one. The token belongs to the new credential, so it is kept after it.
    log_in "$work" "$work/credential"
    keep "$work/credential" "$CREDENTIAL"
    keep "$work/token" "$TOKEN"
    say 'this node holds another credential'
fi
if ! cmp -s "$work/generation" "$held"; then
    if command -v use_credential >/dev/null; then use_credential; fi
    cloud_until_good 'telling which credential this node holds' PUT "$url/nodes/$(value node_name)" "$work/token" '' '' ''
    keep "$work/generation" "$held"
fi
