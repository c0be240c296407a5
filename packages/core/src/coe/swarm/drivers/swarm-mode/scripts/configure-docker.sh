#!/bin/sh
# Writes the engine's settings. Settings of the image stay, except where the bay has its own.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

mkdir -p /etc/docker /etc/systemd/system/docker.service.d
if systemctl cat docker.socket >/dev/null 2>&1; then LOCAL=fd://; else LOCAL=unix:///var/run/docker.sock; fi
dockerd=$(command -v dockerd)
export LOCAL

python3 <<'PYTHON'
import json, os, re, subprocess
values = json.load(open(os.environ["VALUES"]))
path = "/etc/docker/daemon.json"
try:
    settings = json.load(open(path))
except (OSError, ValueError):
    settings = {}
# With TLS, the gateway stands before the engine.
settings["hosts"] = [os.environ["LOCAL"]] + (["tcp://0.0.0.0:2375"] if values["tls_disabled"] else [])
settings["labels"] = ["org.magnum.bay=" + values["bay_id"], "org.magnum.node-group=" + values["node_group"]]
settings["log-driver"] = "json-file"
settings["log-opts"] = {"max-size": "10m", "max-file": "3"}
settings["tls"] = False
# Engines of today no longer have devicemapper; it was the default of earlier bay models, so it must not stop a bay.
driver = values["docker_storage_driver"]
if driver and driver != "devicemapper":
    settings["storage-driver"] = driver
# A path whose packets are smaller than Docker's usual 1500 bytes loses the large ones without a word.
def mtu_of_node():
    if values.get("network_mtu"):
        return int(values["network_mtu"])
    routes = [line.split() for line in open("/proc/net/route")][1:]
    names = [fields[0] for fields in routes if fields[1] == "00000000"]
    return int(open("/sys/class/net/%s/mtu" % names[0]).read()) if names else 1500
mtu = min(mtu_of_node(), 1500)
with open(os.path.join(os.environ["STATE"], "mtu"), "w") as file:
    file.write(str(mtu))
if mtu < 1500:
    settings["mtu"] = mtu
    # Engines before 24 do not start with a setting that they do not know.
    said = subprocess.run(["dockerd", "--version"], capture_output=True, text=True).stdout
    if int((re.search(r"version (\d+)", said) or [0, 0])[1]) >= 24:
        size = "com.docker.network.driver.mtu"
        settings["default-network-opts"] = {"bridge": {size: str(mtu)}, "overlay": {size: str(mtu - 50)}}
registries = [name.strip() for name in (values["insecure_registry"] or "").split(",") if name.strip()]
if registries:
    settings["insecure-registries"] = registries
with open(path, "w") as file:
    json.dump(settings, file, indent=1, sort_keys=True)
PYTHON

write_proxies docker.service
# The unit's own -H would clash with the settings file.
printf '[Service]\nExecStart=\nExecStart=%s\n' "$dockerd" >/etc/systemd/system/docker.service.d/magnum.conf
systemctl daemon-reload
