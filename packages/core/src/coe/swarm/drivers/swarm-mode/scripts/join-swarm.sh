#!/bin/sh
# The first manager makes the swarm; every other node joins it, with a token from the first manager's signal.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

state() { engine GET /info | python3 -c 'import json, sys; print(json.load(sys.stdin)["Swarm"]["LocalNodeState"])'; }

# Stands from before the swarm is made until its network of published ports has its size. The node may die in between, and has no
# such network then: the next run goes on from here, though the node is in the swarm already. It outlives a restart of the server.
PENDING=/etc/magnum/ingress-pending
if [ "$(state)" = active ] && [ ! -e "$PENDING" ]; then exit 0; fi
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

# The swarm's networks on this node, made before the engine would make them with its usual size. VXLAN takes 50 bytes of each packet.
mtu=$(cat "$STATE/mtu")
python3 - "$work" "$mtu" <<'PYTHON'
import json, os, sys
folder, mtu = sys.argv[1], int(sys.argv[2])
def write(name, order):
    with open(os.path.join(folder, name), "w") as file:
        json.dump(order, file)
write("bridge", {"Name": "docker_gwbridge", "Driver": "bridge", "CheckDuplicate": True, "Options": {
    "com.docker.network.bridge.name": "docker_gwbridge", "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.enable_ip_masquerade": "true", "com.docker.network.driver.mtu": str(mtu)}})
write("ingress", {"Name": "ingress", "Driver": "overlay", "Ingress": True,
    "Options": {"com.docker.network.driver.mtu": str(mtu - 50)}})
PYTHON
if [ "$mtu" -lt 1500 ] && ! engine GET /networks/docker_gwbridge >/dev/null 2>&1; then
    engine POST /networks/create "$work/bridge" >/dev/null || give_up 'the network docker_gwbridge could not be made'
fi

if is_true first && [ "$mtu" -lt 1500 ] && [ "$(state)" != active ]; then : >"$PENDING" && sync "$PENDING"; fi
if is_true first; then path=/swarm/init; else path=/swarm/join; fi
waited=0
until [ "$(state)" = active ] || engine POST "$path" "$work/order" >"$work/answer" 2>/dev/null; do
    reason=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["message"])' "$work/answer" 2>/dev/null | sed 's/SWMTKN-[0-9a-z-]*/TOKEN/g' || true)
    say "$path: ${reason:-no answer}"
    [ "$waited" -lt 600 ] || give_up "the swarm could not be joined: ${reason:-the engine does not answer}"
    sleep 5
    waited=$((waited + 5))
done

ingress_mtu() {
    engine GET /networks/ingress 2>/dev/null | python3 -c '
import json, sys
print(json.load(sys.stdin)["Options"].get("com.docker.network.driver.mtu", "usual"))' 2>/dev/null || echo none
}

# Nothing is published yet, so that the network of published ports can be made anew.
if [ -e "$PENDING" ]; then
    waited=0
    until [ "$(ingress_mtu)" = "$((mtu - 50))" ]; do
        [ "$waited" -lt 60 ] || give_up 'the network ingress could not be made with a smaller MTU'
        if [ "$(ingress_mtu)" = none ]; then
            engine POST /networks/create "$work/ingress" >/dev/null 2>&1 || true
        else
            engine DELETE /networks/ingress >/dev/null 2>&1 || true
        fi
        sleep 1
        waited=$((waited + 1))
    done
    rm -f "$PENDING"
fi
