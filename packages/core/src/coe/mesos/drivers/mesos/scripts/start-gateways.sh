#!/bin/sh
# Starts the gateways of a master: before the leading Mesos master, and before Marathon where there is one.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_master; then exit 0; fi
address=$(value private_address)
# write_gateway UNIT DESCRIPTION PORT TARGET
write_gateway() {
    cat >"$UNITS/$1" <<UNIT
[Unit]
Description=$2
After=network.target
[Service]
Environment=MAGNUM_TLS=$CERTIFICATES MAGNUM_PORT=$3 MAGNUM_TARGET=$4 MAGNUM_CREDENTIAL=$MESOS/operator MAGNUM_PLAIN=$(value tls_disabled) SUPER=$MESOS/super ZOOKEEPER_PORT=$ZOOKEEPER_PORT
ExecStart=$(command -v python3) /opt/magnum/mesos-gateway.py
ExecReload=$(command -v kill) -HUP \$MAINPID
Restart=always
RestartSec=1
LimitNOFILE=4096
# The gateway answers strangers, so of root's rights it keeps only those that read its keys.
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
[Install]
WantedBy=multi-user.target
UNIT
    start_unit "$1" /opt/magnum/mesos-gateway.py "$MESOS/operator"
}
write_gateway magnum-gateway.service 'TLS before the leading Mesos master' 5050 "leader:$address:$MASTER_PORT"
if [ -e "$UNITS/marathon.service" ]; then
    write_gateway magnum-marathon-gateway.service 'TLS before Marathon' 8080 "$address:$MARATHON_PORT"
fi
waited=0
until python3 -c 'import socket; socket.create_connection(("127.0.0.1", 5050), 1).close()' 2>/dev/null; do
    [ "$waited" -lt 30 ] || give_up 'the gateway before Mesos does not answer'
    sleep 1
    waited=$((waited + 1))
done
