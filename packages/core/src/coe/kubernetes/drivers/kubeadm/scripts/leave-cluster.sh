#!/bin/sh
# Ends the API server of a control plane that leaves its cluster, before its member of etcd is removed: the load balancer sends clients to others first, and
# the requests that are here already are answered. The conductor asks for it in an annotation of the node, and reads in another one whether it has ended. A
# node that stays after all, after a rollback, runs its API server again. As a step of node.sh it starts the timer by which it is repeated.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_control_plane || [ -z "$(value load_balancer_address)" ]; then exit 0; fi
units=/etc/systemd/system
if [ ! -e "$units/magnum-leave.timer" ]; then
    cat >"$units/magnum-leave.service" <<UNIT
[Unit]
Description=Ends the API server of this control plane when it leaves its cluster
[Service]
Type=oneshot
ExecStart=/opt/magnum/leave-cluster.sh
# The journal would be full of its starts: only what it says itself is kept.
SyslogLevel=notice
LogLevelMax=notice
UNIT
    cat >"$units/magnum-leave.timer" <<UNIT
[Unit]
Description=Looks whether this control plane leaves its cluster
[Timer]
OnActiveSec=10
OnUnitInactiveSec=10
AccuracySec=1
[Install]
WantedBy=timers.target
UNIT
    systemctl daemon-reload
    systemctl enable --quiet magnum-leave.timer
    systemctl restart magnum-leave.timer
fi
if [ ! -e "$MEMBER" ]; then exit 0; fi

node=https://$API_NAME:$API_PORT/api/v1/nodes/$(value node_name)
mark=magnum.openstack.org/api-server
programs='kube-apiserver kube-controller-manager kube-scheduler'
call() {
    curl --silent --fail --noproxy '*' --max-time 10 --cacert "$PKI/ca.crt" --cert "$PKI/kubelet.crt" --key "$PKI/kubelet.key" "$@"
}

call "$node" >"$STATE/node" || exit 0
state=serving
if grep -q '"magnum.openstack.org/drained":' "$STATE/node"; then
    # From here on nothing starts them again, and this node reaches the API through the load balancer.
    touch "$LEAVING"
    lock_static_pods
    # shellcheck disable=SC2086
    put_aside $programs
    /opt/magnum/name-api.sh
    state=ended
elif [ -e "$LEAVING" ]; then
    lock_static_pods
    # shellcheck disable=SC2086
    put_back $programs
    rm -f "$LEAVING"
    /opt/magnum/name-api.sh
fi
if grep -q "\"$mark\": *\"$state\"" "$STATE/node"; then exit 0; fi
say "the API server of this control plane: $state"
call --request PATCH --header 'Content-Type: application/merge-patch+json' --output /dev/null \
    --data "{\"metadata\":{\"annotations\":{\"$mark\":\"$state\"}}}" "$node"
