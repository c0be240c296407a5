#!/bin/sh
# prepare-volume.sh [VALUE FOLDER UNIT]: puts a folder on a volume of this node, where it has that one: the engine's data, unless the
# arguments name another value of node.json, folder and unit.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

volume=${1:-volume} target=${2:-$ENGINE_DATA} unit=${3:-$ENGINE_UNIT}
device=$(value "$volume.device")
[ -n "$device" ] || exit 0
by_id=/dev/disk/by-id/virtio-$(value "$volume.id" | cut -c 1-20)
name=magnum-$(printf %s "$volume" | tr _ -)

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
    cat >"/etc/systemd/system/$name.service" <<UNIT
[Unit]
Description=Data of the engine on the volume of this node
Before=$unit
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v mount) --bind $device $target
[Install]
RequiredBy=$unit
UNIT
    systemctl daemon-reload
    systemctl enable --quiet "$name.service"
    systemctl start "$name.service"
    exit 0
fi
if findmnt -n --source "$device" --mountpoint "$target" >/dev/null; then exit 0; fi
if [ -z "$(blkid -o value -s TYPE "$device" || true)" ]; then mkfs.ext4 -q "$device"; fi
stop_engine
mount "$device" "$target"
entry="UUID=$(blkid -o value -s UUID "$device") $target ext4 defaults,nofail 0 2"
grep -qsF "$entry" /etc/fstab || printf '%s\n' "$entry" >>/etc/fstab
# `nofail` lets the boot continue without the volume. The engine must not: on an empty folder it would have forgotten its cluster.
mkdir -p "/etc/systemd/system/$unit.d"
printf '[Unit]\nRequiresMountsFor=%s\n' "$target" >"/etc/systemd/system/$unit.d/$name.conf"
systemctl daemon-reload
