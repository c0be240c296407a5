#!/bin/sh
# Starts mesos-master or mesos-agent. Every client has to prove who it is: agents and frameworks to masters, and each user of one of their HTTP
# APIs. From outside, the gateway alone is reached.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if is_master; then name=mesos-master; else name=mesos-agent; fi
python3 - "$name" "$STATE/flags" <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
folder = os.environ["MESOS"]
address = values["private_address"]
flags = {"ip": address, "hostname_lookup": "false", "authenticate_http_readonly": "true", "authenticate_http_readwrite": "true"}
if sys.argv[1] == "mesos-master":
    # A lost master is noticed in six seconds; masters find each other by addresses, which need no name server.
    flags.update({
        "zk": "file://%s/zk" % folder, "zk_session_timeout": "6secs", "quorum": str(values["masters"] // 2 + 1),
        "work_dir": "/var/lib/mesos/master", "port": os.environ["MASTER_PORT"], "hostname": address, "cluster": values["bay_id"],
        "credentials": "file://%s/principals" % folder, "authenticate_agents": "true", "authenticate_frameworks": "true",
        "authenticate_http_frameworks": "true", "http_framework_authenticators": "basic"})
else:
    flags.update({
        "master": "file://%s/zk" % folder, "port": os.environ["AGENT_PORT"], "hostname": values["node_name"],
        "containerizers": "docker,mesos", "credential": "file://%s/credential" % folder,
        "http_credentials": "file://%s/principals" % folder})
    # Flags of labels, checked by the service. Text of a caller must not name a file of this node.
    for name, text in values["agent"].items():
        if text and not text.startswith("file:"):
            flags[name] = text
with open(sys.argv[2], "w") as file:
    json.dump(flags, file, indent=1, sort_keys=True)
PYTHON
if ! cmp -s "$STATE/flags" "$MESOS/$name.json"; then keep "$STATE/flags" "$MESOS/$name.json"; fi
if is_master; then needs=zookeeper.service; else needs=docker.service; fi
write_proxies "$name.service"
# An agent that is started again finds its tasks as they are; they are no part of its own life.
cat >"$UNITS/$name.service" <<UNIT
[Unit]
Description=$name of this bay
After=network.target $needs
Wants=$needs
[Service]
ExecStart=$(command -v python3) /opt/magnum/run-mesos.py $name
Restart=always
RestartSec=1
KillMode=process
Delegate=yes
LimitNOFILE=65536
[Install]
WantedBy=multi-user.target
UNIT
start_unit "$name.service" "$MESOS/$name.json" "$MESOS/principals" "$MESOS/zk"
