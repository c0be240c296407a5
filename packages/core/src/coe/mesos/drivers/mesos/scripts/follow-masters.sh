#!/bin/sh
# Keeps up which masters there are. An agent finds the leading master by any member of the ensemble, which knows all others; it reads their
# addresses only when it starts, so it is started again when they have changed. Its tasks continue meanwhile.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

mkdir -p "$MESOS"
# While no master answers, those that are known stay.
# shellcheck disable=SC2046
if ensemble members $(masters) >"$STATE/members" 2>/dev/null; then
    cut -d ' ' -f 2 "$STATE/members" | sort >"$STATE/known-masters"
    if ! cmp -s "$STATE/known-masters" "$MESOS/known-masters"; then keep "$STATE/known-masters" "$MESOS/known-masters"; fi
fi
if is_master; then exit 0; fi
printf 'zk://%s/mesos' "$(masters | sed "s/\$/:$ZOOKEEPER_PORT/" | paste -s -d ,)" >"$STATE/zk"
if ! cmp -s "$STATE/zk" "$MESOS/zk"; then
    keep "$STATE/zk" "$MESOS/zk"
    if systemctl is-active --quiet mesos-agent.service; then
        say 'other masters than before: the agent is started again'
        systemctl restart mesos-agent.service
    fi
fi
