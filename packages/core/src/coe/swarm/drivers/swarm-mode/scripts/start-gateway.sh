#!/bin/sh
# TLS before the engine, and a timer that looks whether the node should have other certificates.
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
[Install]
WantedBy=multi-user.target
UNIT
cat >"$units/magnum-certificates.service" <<UNIT
[Unit]
Description=Looks whether this node should have other certificates
[Service]
Type=oneshot
Environment=PATIENCE=0
ExecStart=/opt/magnum/make-cert.sh
UNIT
cat >"$units/magnum-certificates.timer" <<UNIT
[Unit]
Description=Looks whether this node should have other certificates, now and then
[Timer]
OnActiveSec=$(value certificate_check_interval)
OnUnitInactiveSec=$(value certificate_check_interval)
AccuracySec=1
RandomizedDelaySec=$(($(value certificate_check_interval) / 4))
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl enable --quiet magnum-gateway.service magnum-certificates.timer
systemctl restart magnum-gateway.service
systemctl restart magnum-certificates.timer
waited=0
until python3 -c 'import socket; socket.create_connection(("127.0.0.1", 2375), 1).close()' 2>/dev/null; do
    [ "$waited" -lt 30 ] || give_up 'the gateway before the engine does not answer'
    sleep 1
    waited=$((waited + 1))
done
