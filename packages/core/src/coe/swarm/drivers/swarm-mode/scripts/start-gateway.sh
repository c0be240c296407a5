#!/bin/sh
# Starts the gateway, which speaks TLS before the engine.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_true tls_disabled; then exit 0; fi
units=/etc/systemd/system
cat >"$units/magnum-gateway.service" <<UNIT
[Unit]
Description=TLS before the Docker Engine
After=network.target docker.service
[Service]
ExecStart=$(command -v python3) /opt/magnum/gateway.py
ExecReload=$(command -v kill) -HUP \$MAINPID
Restart=always
RestartSec=1
LimitNOFILE=4096
# The gateway answers strangers, so of root's rights it keeps only those that read its keys and reach the engine.
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
systemctl daemon-reload
systemctl enable --quiet magnum-gateway.service
systemctl restart magnum-gateway.service
waited=0
until python3 -c 'import socket; socket.create_connection(("127.0.0.1", 2375), 1).close()' 2>/dev/null; do
    [ "$waited" -lt 30 ] || give_up 'the gateway before the engine does not answer'
    sleep 1
    waited=$((waited + 1))
done
