#!/bin/sh
# signal.sh SUCCESS|FAILURE REASON: signals the node's wait conditions. The signals of a master carry the driver's invitations: the one for
# workers goes to the condition that workers read, so that they never learn the masters' join data.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '{}' >"$work/invitations"
if [ "$1" = SUCCESS ] && [ "$(value role)" = manager ]; then invitations "$work" >"$work/invitations"; fi

python3 - "$work" "$1" "$2" <<'PYTHON'
import json, os, sys
folder, status, reason = sys.argv[1:4]
values = json.load(open(os.environ["VALUES"]))
def write(name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)
invitations = json.load(open(os.path.join(folder, "invitations")))
for handle, role in (("wait", "worker"), ("manager_wait", "manager")):
    if handle not in values:
        continue
    data = json.dumps(invitations[role]) if role in invitations else values["node_name"]
    write(handle, json.dumps({"status": status, "reason": reason, "id": values["node_name"], "data": data}))
    write(handle + ".token", values[handle]["token"])
PYTHON

# The masters' condition is signalled first: workers wait for the other one, and should find masters when they join.
for handle in manager_wait wait; do
    [ -s "$work/$handle" ] || continue
    cloud_until_good 'signalling' POST "$(value "$handle.endpoint")" "$work/$handle.token" "$work/$handle" '' ''
done
