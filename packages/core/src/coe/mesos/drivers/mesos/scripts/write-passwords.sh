#!/bin/sh
# Writes the files from which Mesos reads whom it may trust, and as whom it presents itself. Masters know three principals: agents, operators
# (the gateway speaks as one for every client that it admits), and Marathon.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

mkdir -p "$MESOS"
agent=$(password agent agents)
printf '{"credentials": [{"principal": "agent", "secret": "%s"}]}' "$agent" >"$STATE/agents"
printf '{"principal": "agent", "secret": "%s"}' "$agent" >"$STATE/credential"
put() {
    if ! cmp -s "$STATE/$1" "$MESOS/$2"; then keep "$STATE/$1" "$MESOS/$2"; fi
    rm -f "$STATE/$1"
}
if is_master; then
    operator=$(password operator masters)
    marathon=$(password marathon masters)
    printf '{"credentials": [{"principal": "agent", "secret": "%s"}, {"principal": "operator", "secret": "%s"}, {"principal": "marathon", "secret": "%s"}]}' \
        "$agent" "$operator" "$marathon" >"$STATE/agents"
    printf 'operator:%s' "$operator" >"$STATE/operator"
    printf '%s' "$marathon" >"$STATE/marathon"
    # A master uses the member of the ensemble on its own server alone: both are lost together.
    printf 'zk://mesos:%s@%s:%s/mesos' "$(password zookeeper masters)" "$(value private_address)" "$ZOOKEEPER_PORT" >"$STATE/zk"
    put operator operator
    put marathon marathon
    put zk zk
fi
put agents principals
put credential credential
