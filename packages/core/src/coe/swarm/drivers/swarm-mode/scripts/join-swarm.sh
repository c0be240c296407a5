#!/bin/sh
# The first manager makes the swarm; every other node joins it, with the token that the first manager has handed out.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

state() { engine GET /info | python3 -c 'import json, sys; print(json.load(sys.stdin)["Swarm"]["LocalNodeState"])'; }

if [ "$(state)" = active ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$work/order" <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
order = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": values["private_address"]}
if values["first"]:
    order.update({"DefaultAddrPool": [values["swarm_address_pool"]], "SubnetSize": 24, "Spec": {}})
else:
    # The orchestrator keeps what a node said as {id: text}; the text is the first manager's JSON.
    [text] = json.loads(values["join"]).values()
    invitation = json.loads(text)
    order.update({"RemoteAddrs": [invitation["address"] + ":2377"], "JoinToken": invitation["token"]})
with open(sys.argv[1], "w") as file:
    json.dump(order, file)
PYTHON

if is_true first; then path=/swarm/init; else path=/swarm/join; fi
waited=0
until engine POST "$path" "$work/order" >"$work/answer" 2>/dev/null || [ "$(state)" = active ]; do
    reason=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["message"])' "$work/answer" 2>/dev/null | sed 's/SWMTKN-[0-9a-z-]*/TOKEN/g' || true)
    say "$path: ${reason:-no answer}"
    [ "$waited" -lt 600 ] || give_up "the swarm could not be joined: ${reason:-the engine does not answer}"
    sleep 5
    waited=$((waited + 5))
done
