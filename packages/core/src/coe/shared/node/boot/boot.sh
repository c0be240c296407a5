#!/bin/sh
# boot.sh PACKAGE...: what cloud-init does elsewhere, on a server that Ignition has set up: brings Python, which the scripts of nodes are written in, with
# packages that they need; keeps the id of the server where cloud-init keeps it; and runs the commands of the user data. No caller's text is part of a
# command here: values are read with jq, which both distributions have.
# What is repeated is called by its name in a list of words.
# shellcheck disable=SC2317
set -eu
umask 077
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin"
values=/etc/magnum/node.json
commands=/opt/magnum/commands.json
server=/var/lib/cloud/data/instance-id
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fail REASON: ends this program, and says so to the orchestrator, which would wait for this node until its time is over. signal.sh needs Python.
fail() {
    printf '%s\n' "$1" >&2
    for handle in manager_wait wait; do
        jq --exit-status --arg handle "$handle" 'has($handle)' "$values" >/dev/null || continue
        jq --arg reason "boot: $1" '{status: "FAILURE", reason: $reason, id: .node_name, data: .node_name}' "$values" >"$work/signal"
        jq --raw-output '.cloud_ca' "$values" >"$work/cloud-ca.pem"
        # The token stands on no command line, where any process could read it. A text of JSON is one of curl's settings as well.
        jq --raw-output --arg handle "$handle" --arg bundle "$work/cloud-ca.pem" '.[$handle] as $wait |
            "url = \($wait.endpoint | tojson)", "header = \("X-Auth-Token: " + $wait.token | tojson)",
            (if .verify_cloud_ca | not then "insecure" elif .cloud_ca != "" then "cacert = \($bundle | tojson)" else empty end)' \
            "$values" >"$work/request"
        curl --config "$work/request" --silent --noproxy '*' --request POST --header 'Content-Type: application/json' \
            --data-binary "@$work/signal" --max-time 60 --retry 5 --output /dev/null || true
    done
    exit 1
}

# repeat REASON COMMAND...: repeats the command until it succeeds, for twenty minutes (PATIENCE, in seconds): a mirror or the metadata service may be away.
repeat() {
    reason=$1 waited=0
    shift
    until "$@"; do
        [ "$waited" -lt "${PATIENCE:-1200}" ] || fail "$reason"
        sleep 10
        waited=$((waited + 10))
    done
}

# An extension of the system may have it under the name of its release alone.
has_python() {
    if command -v python3 >/dev/null; then return 0; fi
    for found in /usr/bin/python3.[0-9] /usr/bin/python3.[0-9][0-9]; do
        [ -x "$found" ] || continue
        mkdir -p /opt/bin && chmod 0755 /opt/bin && ln -sf "$found" /opt/bin/python3
        return
    done
    return 1
}

# The packages are there at once, and after the next boot as well. Those that are part of the image already are no fault.
install_packages() { rpm-ostree install --apply-live --idempotent --allow-inactive --assumeyes "$@"; }

# The daemon of rpm-ostree downloads, and has the environment of systemd.
use_proxies() {
    set --
    for name in http_proxy https_proxy no_proxy; do
        text=$(jq --raw-output --arg name "$name" '.[$name] // ""' "$values")
        if [ -n "$text" ]; then set -- "$@" "$name=$text"; fi
    done
    [ "$#" -gt 0 ] || return 0
    systemctl set-environment "$@"
    systemctl try-restart rpm-ostreed.service
}

# Of the server as the cloud knows it: from the configuration drive, else from the metadata service.
read_metadata() {
    for drive in /dev/disk/by-label/config-2 /dev/disk/by-label/CONFIG-2; do
        if [ ! -e "$drive" ]; then continue; fi
        mkdir -p "$work/drive"
        if mount -o ro "$drive" "$work/drive"; then
            cp "$work/drive/openstack/latest/meta_data.json" "$work/metadata" || true
            umount "$work/drive"
        fi
        if [ -s "$work/metadata" ]; then return 0; fi
    done
    curl --fail --silent --noproxy '*' --max-time 30 --output "$work/metadata" http://169.254.169.254/openstack/latest/meta_data.json
}

if command -v rpm-ostree >/dev/null; then
    use_proxies
    repeat 'rpm-ostree could not install the packages that the node needs: see the journal of magnum-node.service' install_packages python3 "$@"
    systemctl unset-environment http_proxy https_proxy no_proxy
fi
repeat 'the image has no Python: see the journal of the boot' has_python

repeat 'the cloud does not say which server this is: there is neither a configuration drive nor a metadata service' read_metadata
mkdir -p "$(dirname "$server")"
jq --raw-output .uuid "$work/metadata" >"$server"
if [ ! -e /etc/hosts ]; then printf '127.0.0.1 localhost\n' >/etc/hosts && chmod 0644 /etc/hosts; fi

status=0
python3 - "$commands" <<'PYTHON' || status=$?
import json, subprocess, sys
code = 0
for command in json.load(open(sys.argv[1])):
    code = subprocess.run(command, stdin=subprocess.DEVNULL).returncode
sys.exit(code)
PYTHON
: >/etc/magnum/booted
exit "$status"
