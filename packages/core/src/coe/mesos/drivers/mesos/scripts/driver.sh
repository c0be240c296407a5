# Mesos' own part of the library: on a node, lib.sh is the shared library followed by this file.
# shellcheck shell=sh
# Steps of node.sh in order, and the message of its last signal.
STEPS='install-mesos enrol prepare-volume take-keys certify configure-docker start-zookeeper write-passwords follow-masters start-mesos start-marathon start-gateways start-checks wait-until-ready close-metadata'
JOINED='the node is part of the cluster'
# Steps that are repeated now and then.
CHECKS='take-credential follow-masters certify'
# The folder of the node's certificates, for make-cert.sh.
CERTIFICATES=/etc/magnum/tls
# Secrets of the bay become files here; passwords are derived from them.
BAY_SECRETS=/etc/magnum/bay
# Settings of Mesos and ZooKeeper that hold passwords, for root alone.
MESOS=/etc/magnum/mesos
ZOOKEEPER=/etc/magnum-zookeeper
ZOOKEEPER_DATA=/var/lib/zookeeper
# ZooKeeper's port for clients, and those of Mesos and Marathon behind the gateways.
ZOOKEEPER_PORT=2181
MASTER_PORT=15050
AGENT_PORT=5051
MARATHON_PORT=18080
UNITS=/etc/systemd/system
export STEPS JOINED CHECKS CERTIFICATES BAY_SECRETS MESOS ZOOKEEPER ZOOKEEPER_DATA ZOOKEEPER_PORT MASTER_PORT AGENT_PORT MARATHON_PORT UNITS

is_master() { [ "$(value role)" = manager ]; }

# The folder of the engine's data, for prepare-volume.sh, and the unit that must not start without it: on a master that is ZooKeeper's
# store, on an agent the images and containers of Docker Engine.
if is_master; then
    ENGINE_DATA=$ZOOKEEPER_DATA ENGINE_UNIT=zookeeper.service
else
    ENGINE_DATA=/var/lib/docker ENGINE_UNIT=docker.service
fi
export ENGINE_DATA ENGINE_UNIT

stop_engine() {
    if ! is_master; then systemctl stop docker.socket 2>/dev/null || true; fi
    systemctl stop "$ENGINE_UNIT" 2>/dev/null || true
}

# Makes the gateways read new certificates, where they run already.
reload_certificates() {
    for unit in magnum-gateway magnum-marathon-gateway; do
        if systemctl is-active --quiet "$unit.service"; then systemctl reload "$unit.service"; fi
    done
}

# zookeeper_classpath: prints what Java needs to find ZooKeeper: that of the distribution, else an unpacked release in /opt.
zookeeper_classpath() {
    for jar in /usr/share/java/zookeeper.jar /usr/share/zookeeper/zookeeper.jar; do
        if [ -e "$jar" ]; then printf '%s' "$jar:/usr/share/java/slf4j-simple.jar" && return; fi
    done
    for folder in /opt/zookeeper /opt/*zookeeper*; do
        if [ -d "$folder/lib" ]; then printf '%s' "$folder/lib/*" && return; fi
    done
}

# password PURPOSE SECRET: prints a password of its own for each purpose, the same on every node that has the secret.
password() {
    PURPOSE=$1 python3 - "$BAY_SECRETS/$2.key" <<'PYTHON'
import hashlib, hmac, os, sys
key = open(sys.argv[1], "rb").read().strip()
print(hmac.new(key, os.environ["PURPOSE"].encode(), hashlib.sha256).hexdigest())
PYTHON
}

# member_id FILE: prints a number for this master in ZooKeeper's ensemble, whose members stand in the file. Its lower 16 bits are the digits
# of its name, which no other node of the bay has; the others make it the largest, because members prove themselves only to
# a newcomer with a larger number than their own.
member_id() {
    python3 - "$1" "$(value node_name)" <<'PYTHON'
import sys
known = [int(line.split()[0]) >> 16 for line in open(sys.argv[1])]
print((max(known, default=0) + 1 << 16) + int(sys.argv[2].rsplit("-", 1)[1], 16))
PYTHON
}

# joined_at: prints the address of the master that this node was given to join; of the first master, its own.
joined_at() {
    python3 - <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
address = values["private_address"]
if not values["first"]:
    # The orchestrator keeps what a node said as {id: text}; the text is the first master's JSON.
    [text] = json.loads(values["join"]).values()
    address = json.loads(text)["address"]
sys.stdout.write(address)
PYTHON
}

# ensemble COMMAND [ARGUMENT...]: asks ZooKeeper; see zookeeper.py.
ensemble() { python3 /opt/magnum/zookeeper.py "$@"; }

# masters: prints, one in a line, the addresses at which ZooKeeper may be asked: those that this node knows and those that the service named.
masters() {
    {
        cat "$MESOS/known-masters" "$CONTROL_PLANES" 2>/dev/null || true
        joined_at
        echo
    } | awk 'NF && !seen[$0]++'
}

# start_unit NAME: starts a unit that was just written, again where it runs with other settings already. FILES...: what else it reads.
start_unit() {
    unit=$1
    shift
    wanted=$(cat "$UNITS/$unit" "$@" 2>/dev/null | sha256sum)
    systemctl daemon-reload
    systemctl enable --quiet "$unit"
    if [ "$(cat "$STATE/$unit" 2>/dev/null || true)" = "$wanted" ] && systemctl is-active --quiet "$unit"; then return 0; fi
    systemctl reset-failed "$unit" 2>/dev/null || true
    systemctl restart "$unit" || give_up "$unit did not start: $(journalctl -u "$unit" -n 50 --no-pager -o cat |
        grep -i -E 'fail|error' | tail -n 1 | cut -c 1-150)"
    printf '%s' "$wanted" >"$STATE/$unit"
}

# invitations FOLDER: prints, as JSON by role, what a node of that role joins with: an address, and no secret.
invitations() {
    address=$(value private_address)
    printf '{"worker": {"address": "%s"}, "manager": {"address": "%s"}}' "$address" "$address"
}
