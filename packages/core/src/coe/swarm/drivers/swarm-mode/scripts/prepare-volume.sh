#!/bin/sh
# Puts the engine's storage on the volume of this node, when it has one.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

target=/var/lib/docker
device=$(value volume.device)
[ -n "$device" ] || exit 0
by_id=/dev/disk/by-id/virtio-$(value volume.id | cut -c 1-20)

waited=0
while [ ! -e "$by_id" ] && [ ! -e "$device" ]; do
    [ "$waited" -lt 120 ] || give_up "the volume did not appear as $device"
    sleep 1
    waited=$((waited + 1))
done
if [ -e "$by_id" ]; then device=$(readlink -f "$by_id"); fi
mkdir -p "$target"

stop_engine() { systemctl stop docker.socket docker.service 2>/dev/null || true; }

if [ -d "$device" ]; then
    [ "$(stat -c %d:%i "$device")" != "$(stat -c %d:%i "$target")" ] || exit 0
    stop_engine
    # A line in fstab would not do: where something is mounted on the target already, systemd takes that for its work done.
    cat >/etc/systemd/system/magnum-volume.service <<UNIT
[Unit]
Description=Storage of the Docker Engine on the volume of this node
Before=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v mount) --bind $device $target
[Install]
RequiredBy=docker.service
UNIT
    systemctl daemon-reload
    systemctl enable --quiet magnum-volume.service
    systemctl start magnum-volume.service
    exit 0
fi
if findmnt -n --source "$device" --mountpoint "$target" >/dev/null; then exit 0; fi
if [ -z "$(blkid -o value -s TYPE "$device" || true)" ]; then mkfs.ext4 -q "$device"; fi
stop_engine
mount "$device" "$target"
entry="UUID=$(blkid -o value -s UUID "$device") $target ext4 defaults,nofail 0 2"
grep -qsF "$entry" /etc/fstab || printf '%s\n' "$entry" >>/etc/fstab
# `nofail` lets the boot go on without the volume, but an engine on an empty folder would have forgotten its swarm.
mkdir -p /etc/systemd/system/docker.service.d
printf '[Unit]\nRequiresMountsFor=%s\n' "$target" >/etc/systemd/system/docker.service.d/magnum-volume.conf
systemctl daemon-reload
