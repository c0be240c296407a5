#!/bin/sh
# Puts containers and, on a control plane, etcd on their volumes, where the bay has such.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

/opt/magnum/prepare-volume.sh volume "$ENGINE_DATA" "$ENGINE_UNIT"
/opt/magnum/prepare-volume.sh store_volume /var/lib/etcd kubelet.service
