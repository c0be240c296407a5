#!/bin/sh
# Starts this master's ZooKeeper and makes it a member of the ensemble. The first master is an ensemble of one; every other one joins a
# member that runs, by a change of the ensemble's own configuration: so no master has to know the others before they exist, and a master
# that is replaced needs no restart of the others. Members prove themselves to each other by a password of the bay.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_master; then exit 0; fi
address=$(value private_address)
id -u zookeeper >/dev/null 2>&1 || useradd --system --home-dir "$ZOOKEEPER_DATA" --shell /usr/sbin/nologin zookeeper
mkdir -p "$ZOOKEEPER" "$ZOOKEEPER_DATA" "$MESOS"
quorum=$(password quorum masters)
super=$(password super masters)
user=$(password zookeeper masters)
printf '%s\n%s\n' "$super" "$user" >"$STATE/super"
if ! cmp -s "$STATE/super" "$MESOS/super"; then keep "$STATE/super" "$MESOS/super"; fi
rm -f "$STATE/super"

# jaas.conf: with which password members prove themselves.
{
    echo 'QuorumServer { org.apache.zookeeper.server.auth.DigestLoginModule required'
    echo "  user_member=\"$quorum\"; };"
    echo 'QuorumLearner { org.apache.zookeeper.server.auth.DigestLoginModule required'
    echo "  username=\"member\" password=\"$quorum\"; };"
} >"$ZOOKEEPER/jaas.conf"

# ZooKeeper changes these files itself when the ensemble changes, so they are written once. A master that joins watches first; the others
# give it a vote when it has caught up. A lost member is noticed within three seconds, and a lost master six seconds after that: see
# `zk_session_timeout` in start-mesos.sh.
if [ ! -e "$ZOOKEEPER/zoo.cfg" ]; then
    role=participant
    : >"$STATE/members"
    if ! is_true first; then
        role=observer
        # shellcheck disable=SC2046
        ensemble members $(masters) >"$STATE/members" || give_up 'the masters of this bay do not answer'
    fi
    member_id "$STATE/members" >"$ZOOKEEPER_DATA/myid"
    {
        while read -r member at; do
            if [ "$at" != "$address" ]; then echo "server.$member=$at:2888:3888:participant;$at:$ZOOKEEPER_PORT"; fi
        done <"$STATE/members"
        echo "server.$(cat "$ZOOKEEPER_DATA/myid")=$address:2888:3888:$role;$address:$ZOOKEEPER_PORT"
    } >"$ZOOKEEPER/members"
    cat >"$STATE/zoo.cfg" <<CONFIG
tickTime=1000
initLimit=20
syncLimit=3
minSessionTimeout=4000
dataDir=$ZOOKEEPER_DATA
dynamicConfigFile=$ZOOKEEPER/members
standaloneEnabled=false
reconfigEnabled=true
admin.enableServer=false
autopurge.snapRetainCount=3
autopurge.purgeInterval=6
quorum.auth.enableSasl=true
quorum.auth.learnerRequireSasl=true
quorum.auth.serverRequireSasl=true
quorum.auth.learner.saslLoginContext=QuorumLearner
quorum.auth.server.saslLoginContext=QuorumServer
CONFIG
    keep "$STATE/zoo.cfg" "$ZOOKEEPER/zoo.cfg"
fi
# ZooKeeper is a user of its own, and reads nothing else of the node.
chown -R zookeeper "$ZOOKEEPER" "$ZOOKEEPER_DATA"
chmod 0700 "$ZOOKEEPER" "$ZOOKEEPER_DATA"
digest=$(SUPER_PASSWORD=$super python3 -c '
import base64, hashlib, os
print(base64.b64encode(hashlib.sha1(("super:" + os.environ["SUPER_PASSWORD"]).encode()).digest()).decode())')
cat >"$UNITS/zookeeper.service" <<UNIT
[Unit]
Description=ZooKeeper of this bay
After=network.target
[Service]
User=zookeeper
ExecStart=$(command -v java) -Xms32m -Xmx256m -XX:+UseSerialGC -Dzookeeper.4lw.commands.whitelist= -Dzookeeper.DigestAuthenticationProvider.superDigest=super:$digest -Djava.security.auth.login.config=$ZOOKEEPER/jaas.conf -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp $(zookeeper_classpath) org.apache.zookeeper.server.quorum.QuorumPeerMain $ZOOKEEPER/zoo.cfg
Restart=always
RestartSec=1
SuccessExitStatus=143
NoNewPrivileges=yes
ProtectHome=yes
PrivateTmp=yes
[Install]
WantedBy=multi-user.target
UNIT
start_unit zookeeper.service

SUPER=$MESOS/super
export SUPER
waited=0
# wait_for WHAT COMMAND...: repeats a command until it succeeds, for five minutes in all.
wait_for() {
    what=$1
    shift
    until "$@" >"$STATE/answer" 2>"$STATE/refusal"; do
        [ "$waited" -lt 300 ] || give_up "$what: $(tail -n 1 "$STATE/refusal")"
        sleep 1
        waited=$((waited + 1))
    done
}
is_member() { ensemble members "$1" | grep -q " $address\$"; }
# One change at a time: while another master joins, and until this one has caught up, it is refused.
join_ensemble() { is_member "$1" || ensemble join "$1" "$(cat "$ZOOKEEPER_DATA/myid")" "$address"; }

wait_for 'ZooKeeper does not answer' ensemble members "$address"
if ! is_true first && ! is_member "$address"; then wait_for 'this master could not join' join_ensemble "$(joined_at)"; fi
# Only masters may make nodes in ZooKeeper. Agents, and whatever runs on them, may read who leads.
wait_for 'ZooKeeper does not answer' ensemble close "$address" mesos
