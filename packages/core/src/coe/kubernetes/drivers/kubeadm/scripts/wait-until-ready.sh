#!/bin/sh
# Waits until Kubernetes calls this node Ready: a node that could not take a pod is no part of the bay yet.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

condition() {
    kubectl --kubeconfig "$KUBERNETES/kubelet.conf" get node "$(value node_name)" --request-timeout=10s \
        -o "jsonpath={.status.conditions[?(@.type=='Ready')].$1}" 2>/dev/null || true
}

waited=0
until [ "$(condition status)" = True ]; do
    if [ "$waited" -ge 900 ]; then
        why=$(condition message)
        give_up "the node is not Ready: ${why:-the API of the cluster does not answer}"
    fi
    sleep 3
    waited=$((waited + 3))
done
