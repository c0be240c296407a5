#!/bin/sh
# Starts the engine with the settings of this bay; it is left alone when it runs with them already.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

wanted=$(cat /etc/docker/daemon.json /etc/systemd/system/docker.service.d/magnum*.conf 2>/dev/null | sha256sum)
if [ "$(cat "$STATE/running" 2>/dev/null || true)" = "$wanted" ] && engine GET /_ping >/dev/null 2>&1; then exit 0; fi
systemctl enable docker.service >/dev/null 2>&1 || true
if systemctl cat docker.socket >/dev/null 2>&1; then systemctl start docker.socket; fi
systemctl reset-failed docker.service 2>/dev/null || true
systemctl restart docker.service || give_up "the engine did not start: $(journalctl -u docker.service -n 50 --no-pager -o cat |
    grep -i -E 'fail|error' | tail -n 1 | cut -c 1-150)"
waited=0
until engine GET /_ping >/dev/null 2>&1; do
    [ "$waited" -lt 60 ] || give_up 'the engine does not answer'
    sleep 1
    waited=$((waited + 1))
done
printf '%s' "$wanted" >"$STATE/running"
