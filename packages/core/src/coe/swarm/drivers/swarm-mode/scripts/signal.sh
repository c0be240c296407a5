#!/bin/sh
# signal.sh SUCCESS|FAILURE REASON: tells the orchestrator. A manager hands out the invitations: workers only learn the workers' one.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/swarm"
if [ "$1" = SUCCESS ] && [ "$(value role)" = manager ]; then engine GET /swarm >"$work/swarm"; fi

python3 - "$work" "$1" "$2" <<'PYTHON'
import json, os, sys
folder, status, reason = sys.argv[1:4]
values = json.load(open(os.environ["VALUES"]))
def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)
swarm = open(os.path.join(folder, "swarm")).read()
tokens = json.loads(swarm)["JoinTokens"] if swarm else {}
for handle, kind in (("wait", "Worker"), ("manager_wait", "Manager")):
    if handle not in values:
        continue
    data = json.dumps({"address": values["private_address"], "token": tokens[kind]}) if kind in tokens else values["node_name"]
    write(handle, json.dumps({"status": status, "reason": reason, "id": values["node_name"], "data": data}))
    write(handle + ".token", values[handle]["token"])
PYTHON

# Workers wait for the first one, so the managers' invitation goes out first.
for handle in manager_wait wait; do
    [ -s "$work/$handle" ] || continue
    cloud_until_good 'signalling' POST "$(value "$handle.endpoint")" "$work/$handle.token" "$work/$handle" '' ''
done
