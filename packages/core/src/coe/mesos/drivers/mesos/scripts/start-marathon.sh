#!/bin/sh
# Starts Marathon, on masters whose image has it: the framework that keeps services running. Without it other frameworks run tasks, through
# the scheduler API of Mesos.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_master; then exit 0; fi
if ! command -v marathon >/dev/null; then
    say 'this image has no Marathon: frameworks of your own run tasks, through the scheduler API at port 5050'
    exit 0
fi
address=$(value private_address)
user=$(password zookeeper masters)
{
    printf 'MARATHON_MASTER=%s\n' "$(cat "$MESOS/zk")"
    printf 'MARATHON_ZK=zk://mesos:%s@%s:%s/marathon\n' "$user" "$address" "$ZOOKEEPER_PORT"
    printf 'MARATHON_HOSTNAME=%s\nMARATHON_HTTP_ADDRESS=%s\nMARATHON_HTTP_PORT=%s\n' "$address" "$address" "$MARATHON_PORT"
    printf 'MARATHON_HTTP_CREDENTIALS=%s\n' "$(cat "$MESOS/operator")"
    printf 'MARATHON_MESOS_AUTHENTICATION_PRINCIPAL=marathon\nMARATHON_MESOS_AUTHENTICATION_SECRET_FILE=%s\n' "$MESOS/marathon"
    printf 'MARATHON_MESOS_AUTHENTICATION=\nLIBPROCESS_IP=%s\nLIBPROCESS_PORT=15090\n' "$address"
} >"$STATE/marathon.env"
if ! cmp -s "$STATE/marathon.env" "$MESOS/marathon.env"; then keep "$STATE/marathon.env" "$MESOS/marathon.env"; fi
rm -f "$STATE/marathon.env"
write_proxies marathon.service
cat >"$UNITS/marathon.service" <<UNIT
[Unit]
Description=Marathon of this bay
After=network.target mesos-master.service
[Service]
EnvironmentFile=$MESOS/marathon.env
ExecStart=$(command -v marathon)
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
UNIT
start_unit marathon.service "$MESOS/marathon.env"
