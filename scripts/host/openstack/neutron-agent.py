"""Tells Neutron that a switch agent lives on the host of the fake servers, so that it binds their ports. There is no switch."""
import sys
import time

import oslo_messaging
from neutron.common import config
from neutron_lib import context, rpc
from oslo_config import cfg
from oslo_utils import timeutils

config.register_common_config_options()
config.init(sys.argv[1:])
rpc.init(cfg.CONF)
target = oslo_messaging.Target(topic="q-reports-plugin", version="1.2")
client = oslo_messaging.RPCClient(rpc.TRANSPORT, target, serializer=rpc.RequestContextSerializer())
state = {
    "binary": "neutron-openvswitch-agent",
    "host": "magnum-test",
    "topic": "N/A",
    "agent_type": "Open vSwitch agent",
    "start_flag": True,
    "configurations": {
        "tunnel_types": ["vxlan"],
        "tunneling_ip": "127.0.0.1",
        "bridge_mappings": {"public": "br-ex"},
        "l2_population": False,
        "datapath_type": "system",
        "ovs_hybrid_plug": False,
    },
}
reports = 0
while True:
    try:
        client.prepare(timeout=4).call(
            context.get_admin_context_without_session(),
            "report_state",
            agent_state={"agent_state": state},
            time=timeutils.utcnow().isoformat(),
        )
        state.pop("start_flag", None)
        reports += 1
        print("reported", flush=True)
        time.sleep(2 if reports < 20 else 60)
    except Exception as error:  # the server may not be up yet
        print("not reported:", type(error).__name__, error, flush=True)
        time.sleep(1)
