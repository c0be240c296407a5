#!/bin/sh
# Puts the engine's data on the volume of this node, where it has one.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

target=$ENGINE_DATA
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

if [ -d "$device" ]; then
    [ "$(stat -c %d:%i "$device")" != "$(stat -c %d:%i "$target")" ] || exit 0
    stop_engine
    # An entry in fstab is not enough: where the target is a mount point already, systemd takes the entry as mounted.
    cat >/etc/systemd/system/magnum-volume.service <<UNIT
[Unit]
Description=Data of the engine on the volume of this node
Before=$ENGINE_UNIT
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v mount) --bind $device $target
[Install]
RequiredBy=$ENGINE_UNIT
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
# `nofail` lets the boot continue without the volume. The engine must not: on an empty folder it would have forgotten its cluster.
mkdir -p "/etc/systemd/system/$ENGINE_UNIT.d"
printf '[Unit]\nRequiresMountsFor=%s\n' "$target" >"/etc/systemd/system/$ENGINE_UNIT.d/magnum-volume.conf"
systemctl daemon-reload
