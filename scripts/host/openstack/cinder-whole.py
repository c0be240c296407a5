"""Cinder's API, scheduler and volume service in one process: its modules are loaded once, not three times."""
import eventlet

eventlet.monkey_patch()

import sys

from oslo_config import cfg
from oslo_log import log
from oslo_service import service as processes

from cinder.common import config, constants
from cinder import coordination, objects, rpc, service, version

CONF = cfg.CONF
objects.register_all()
CONF(sys.argv[1:], project="cinder", version=version.version_string())
config.set_middleware_defaults()
log.setup(CONF, "cinder")
coordination.COORDINATOR.start()
rpc.init(CONF)
backend = CONF.enabled_backends[0]
members = [
    service.Service.create(binary="cinder-scheduler"),
    service.Service.create(
        host=f"{CONF.host}@{backend}", service_name=backend, binary=constants.VOLUME_BINARY, coordination=True
    ),
    service.WSGIService("osapi_volume"),
]
launcher = processes.ServiceLauncher(CONF)
for member in members:
    launcher.launch_service(member)
launcher.wait()
