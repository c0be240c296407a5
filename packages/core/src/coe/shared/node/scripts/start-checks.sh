#!/bin/sh
# Starts the timer that asks for another credential and other certificates.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

units=/etc/systemd/system
cat >"$units/magnum-checks.service" <<UNIT
[Unit]
Description=Looks whether this node should have another credential, or other certificates
[Service]
Type=oneshot
Environment=PATIENCE=0
ExecStart=-/opt/magnum/take-credential.sh
ExecStart=/opt/magnum/make-cert.sh
UNIT
cat >"$units/magnum-checks.timer" <<UNIT
[Unit]
Description=Looks now and then whether this node should have another credential, or other certificates
[Timer]
OnActiveSec=$(value certificate_check_interval)
OnUnitInactiveSec=$(value certificate_check_interval)
AccuracySec=1
RandomizedDelaySec=$(($(value certificate_check_interval) / 4))
[Install]
WantedBy=timers.target
UNIT
systemctl daemon-reload
systemctl enable --quiet magnum-checks.timer
systemctl restart magnum-checks.timer
