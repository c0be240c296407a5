#!/bin/sh
# Starts the timer of what the driver repeats (CHECKS): asking for another credential, other certificates and the like. One that fails stops
# none of the others, and a failure of the last one is a failure of the unit.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

units=/etc/systemd/system
cat >"$units/magnum-checks.service" <<UNIT
[Unit]
Description=Looks whether something of this node should change, such as its credential and its certificates
[Service]
Type=oneshot
Environment=PATIENCE=0
$(for check in $CHECKS; do echo "ExecStart=-/opt/magnum/$check.sh"; done | sed '$s/=-/=/')
UNIT
cat >"$units/magnum-checks.timer" <<UNIT
[Unit]
Description=Looks now and then whether something of this node should change
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
