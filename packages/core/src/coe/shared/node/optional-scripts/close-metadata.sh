#!/bin/sh
# Closes the metadata service to containers and to all users but root: its answers hold the node's user data.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

units=/etc/systemd/system
cat >/opt/magnum/metadata-rules.sh <<'RULES'
#!/bin/sh
# Packets of containers, on bridges as on overlays, are forwarded; those of the node's own programs are not.
metadata=169.254.169.254/32
iptables --wait --new-chain DOCKER-USER 2>/dev/null || true
iptables --wait --check FORWARD --jump DOCKER-USER 2>/dev/null || iptables --wait --insert FORWARD --jump DOCKER-USER
rule() { iptables --wait --check "$@" 2>/dev/null || iptables --wait --insert "$@"; }
rule DOCKER-USER --destination "$metadata" --jump DROP
rule OUTPUT --destination "$metadata" --match owner ! --uid-owner 0 --jump REJECT
RULES
chmod 0755 /opt/magnum/metadata-rules.sh
cat >"$units/magnum-metadata.service" <<UNIT
[Unit]
Description=Closes the metadata service to containers
After=docker.service
PartOf=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/opt/magnum/metadata-rules.sh
[Install]
WantedBy=multi-user.target docker.service
UNIT
systemctl daemon-reload
systemctl enable --quiet magnum-metadata.service
systemctl restart magnum-metadata.service || give_up 'the metadata service could not be closed to containers'
