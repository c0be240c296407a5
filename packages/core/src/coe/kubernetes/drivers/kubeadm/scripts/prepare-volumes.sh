#!/bin/sh
# Puts containers and, on a control plane, etcd on their volumes, where the bay has such.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

/opt/magnum/prepare-volume.sh volume "$ENGINE_DATA" "$ENGINE_UNIT"
/opt/magnum/prepare-volume.sh store_volume /var/lib/etcd kubelet.service
# etcd's files hold every secret of the cluster: root alone reads them (CIS 1.1.11).
if is_control_plane; then install -d -m 0700 /var/lib/etcd; fi
