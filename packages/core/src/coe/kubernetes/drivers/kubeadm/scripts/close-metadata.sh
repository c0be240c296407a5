#!/bin/sh
# Closes the metadata service to pods: its answers hold the node's user data. Pods on the host's network are not pods to the filter; they
# are trusted with the node anyway.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_true kubernetes.pod_metadata_access; then exit 0; fi
cat >/opt/magnum/metadata-rules.sh <<'RULES'
#!/bin/sh
# Packets of the node's own programs do not pass PREROUTING. In the table `mangle` the rule comes before all that kube-proxy and the
# network add-on accept.
set -- PREROUTING --destination 169.254.169.254/32 --jump DROP
iptables --wait --table mangle --check "$@" 2>/dev/null || iptables --wait --table mangle --insert "$@"
RULES
chmod 0755 /opt/magnum/metadata-rules.sh
cat >/etc/systemd/system/magnum-metadata.service <<'UNIT'
[Unit]
Description=Closes the metadata service to pods
Before=kubelet.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/opt/magnum/metadata-rules.sh
[Install]
RequiredBy=kubelet.service
UNIT
systemctl daemon-reload
systemctl enable --quiet magnum-metadata.service
systemctl start magnum-metadata.service || give_up 'the metadata service could not be closed to pods'
