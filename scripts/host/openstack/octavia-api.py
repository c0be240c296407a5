"""Octavia's API with a provider that balances nothing: what is asked for is there, or gone, a moment later.

Virtual addresses are Neutron's own: Octavia makes and deletes their ports. There is neither a worker nor an amphora.
"""
import os
import threading
import time

from octavia.api.app import setup_app
from octavia.api.drivers.driver_agent.driver_updater import DriverUpdater
from octavia.api.drivers.noop_driver.driver import NoopProviderDriver
from octavia.db import api, models

SETTLED = {"PENDING_CREATE": "ACTIVE", "PENDING_UPDATE": "ACTIVE", "PENDING_DELETE": "DELETED"}
# In the order in which an update takes them.
PARTS = {
    "members": (models.Member, lambda one: one.pool.load_balancer_id),
    "healthmonitors": (models.HealthMonitor, lambda one: one.pool.load_balancer_id),
    "pools": (models.Pool, lambda one: one.load_balancer_id),
    "l7rules": (models.L7Rule, lambda one: one.l7policy.listener.load_balancer_id),
    "l7policies": (models.L7Policy, lambda one: one.listener.load_balancer_id),
    "listeners": (models.Listener, lambda one: one.load_balancer_id),
}


def leave_to_octavia(*_arguments):
    raise NotImplementedError()


def settlement(session, balancer):
    """What is pending of a load balancer, as it ends; with a load balancer go all its parts."""
    goes = balancer.provisioning_status == "PENDING_DELETE"
    status = {}
    for kind, (model, owner) in PARTS.items():
        rows = [row for row in session.query(model).all() if owner(row) == balancer.id]
        status[kind] = [
            {"id": row.id, "provisioning_status": "DELETED" if goes else SETTLED[row.provisioning_status]}
            for row in rows
            if goes or row.provisioning_status in SETTLED
        ]
    whole = {"id": balancer.id, "provisioning_status": SETTLED[balancer.provisioning_status]}
    return {**status, "loadbalancers": [whole if goes else {**whole, "operating_status": "ONLINE"}]}


def settle_pending():
    while True:
        time.sleep(0.5)
        try:
            session = api.get_session()
            pending = session.query(models.LoadBalancer).filter(models.LoadBalancer.provisioning_status.in_(SETTLED)).all()
            for balancer in pending:
                answer = DriverUpdater().update_loadbalancer_status(settlement(session, balancer))
                if answer["status_code"] != 200:
                    print("not settled:", answer, flush=True)
            session.close()
        except Exception as error:  # the database or Neutron may be away
            print("not settled:", type(error).__name__, error, flush=True)


NoopProviderDriver.create_vip_port = leave_to_octavia
application = setup_app(argv=["octavia-api", "--config-file", os.environ["OCTAVIA_CONFIG_FILE"]])
threading.Thread(target=settle_pending, daemon=True).start()
