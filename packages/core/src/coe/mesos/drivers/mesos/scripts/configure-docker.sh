#!/bin/sh
# Writes the settings of an agent's Docker Engine and starts it: Mesos runs containers with it that ask for it. Masters have none.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_master; then exit 0; fi
mkdir -p /etc/docker
python3 <<'PYTHON'
import json, os
values = json.load(open(os.environ["VALUES"]))
path = "/etc/docker/daemon.json"
try:
    settings = json.load(open(path))
except (OSError, ValueError):
    settings = {}
settings["labels"] = ["org.magnum.bay=" + values["bay_id"], "org.magnum.node-group=" + values["node_group"]]
settings["log-driver"] = "json-file"
settings["log-opts"] = {"max-size": "10m", "max-file": "3"}
# Engines of today no longer have devicemapper; it was the default of earlier bay models, so it must not stop a bay.
driver = values["docker_storage_driver"]
if driver and driver != "devicemapper":
    settings["storage-driver"] = driver
registries = [name.strip() for name in (values["insecure_registry"] or "").split(",") if name.strip()]
if registries:
    settings["insecure-registries"] = registries
with open(path, "w") as file:
    json.dump(settings, file, indent=1, sort_keys=True)
PYTHON
write_proxies docker.service
systemctl daemon-reload
systemctl enable --quiet docker.service 2>/dev/null || true
wanted=$(cat /etc/docker/daemon.json "$UNITS"/docker.service.d/magnum*.conf 2>/dev/null | sha256sum)
if [ "$(cat "$STATE/docker" 2>/dev/null || true)" = "$wanted" ] && systemctl is-active --quiet docker.service; then exit 0; fi
systemctl reset-failed docker.service 2>/dev/null || true
systemctl restart docker.service || give_up 'Docker Engine did not start: see the journal of docker.service'
printf '%s' "$wanted" >"$STATE/docker"
