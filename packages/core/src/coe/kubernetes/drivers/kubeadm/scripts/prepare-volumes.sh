#!/bin/sh
# Puts containers and, on a control plane, etcd on their volumes, where the bay has such.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

/opt/magnum/prepare-volume.sh volume "$ENGINE_DATA" "$ENGINE_UNIT"
/opt/magnum/prepare-volume.sh store_volume /var/lib/etcd kubelet.service
# etcd's files are every secret of the cluster, and its member is no other user's business (CIS 1.1.11).
if is_control_plane; then install -d -m 0700 /var/lib/etcd; fi
