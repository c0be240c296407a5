#!/bin/sh
# Images made for containers bring the engine; plain cloud images get their distribution's package.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if command -v dockerd >/dev/null && command -v curl >/dev/null && command -v openssl >/dev/null; then exit 0; fi
for name in http_proxy https_proxy no_proxy; do
    text=$(value "$name")
    if [ -n "$text" ]; then export "$name=$text"; fi
done
if command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -y -q --no-install-recommends docker.io iptables curl openssl ca-certificates
elif command -v dnf >/dev/null; then
    dnf install -y -q moby-engine curl openssl
fi
command -v dockerd >/dev/null || give_up 'the image has no Docker Engine, and none could be installed'
