#!/bin/sh
# Waits until this node does its work: a master until it knows who leads, an agent until it is registered. An agent also waits a while for
# the masters that still join, so that it knows all of them when the bay is complete.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

address=$(value private_address)
# leads: prints the leading master as host and port.
leads() {
    curl --silent --noproxy '*' --max-time 5 --output /dev/null --write-out '%{redirect_url}' "http://$address:$MASTER_PORT/redirect" || true
}
is_registered() {
    PORT=$AGENT_PORT ADDRESS=$address python3 - "$MESOS/credential" <<'PYTHON'
import base64, json, os, sys, urllib.request
own = json.load(open(sys.argv[1]))
token = base64.b64encode(("%s:%s" % (own["principal"], own["secret"])).encode()).decode()
request = urllib.request.Request("http://%s:%s/metrics/snapshot" % (os.environ["ADDRESS"], os.environ["PORT"]))
request.add_header("Authorization", "Basic " + token)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    registered = json.load(opener.open(request, timeout=5)).get("slave/registered")
except (OSError, ValueError):
    registered = None
sys.exit(0 if registered == 1 else 1)
PYTHON
}
is_ready() { if is_master; then [ -n "$(leads)" ]; else is_registered; fi; }

waited=0
until is_ready; do
    if [ "$waited" -ge 600 ]; then
        if is_master; then give_up 'the masters have not elected a leader'; else give_up 'no master has registered this agent'; fi
    fi
    if [ $((waited % 15)) = 14 ] && ! is_master; then /opt/magnum/follow-masters.sh; fi
    sleep 1
    waited=$((waited + 1))
done
if is_master; then exit 0; fi
waited=0
while [ "$(wc -l <"$MESOS/known-masters")" -lt "$(value masters)" ] && [ "$waited" -lt 120 ]; do
    sleep 2
    waited=$((waited + 2))
    /opt/magnum/follow-masters.sh
done
