#!/bin/sh
# Waits until Kubernetes calls this node Ready: a node that could not take a pod is no part of the bay yet.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

field() { kubectl --kubeconfig "$KUBERNETES/kubelet.conf" get node "$(value node_name)" --request-timeout=10s -o "jsonpath={$1}" 2>/dev/null || true; }
condition() { field ".status.conditions[?(@.type=='Ready')].$1"; }

waited=0
until [ "$(condition status)" = True ]; do
    if [ "$waited" -ge 900 ]; then
        why=$(condition message)
        give_up "the node is not Ready: ${why:-the API of the cluster does not answer}"
    fi
    sleep 3
    waited=$((waited + 3))
done

# No pod of a user is placed on a node whose zone and addresses are not known yet.
if ! uses_cloud_provider; then exit 0; fi
waited=0
while case " $(field '.spec.taints[*].key') " in *' node.cloudprovider.kubernetes.io/uninitialized '*) true ;; *) false ;; esac; do
    [ "$waited" -lt 900 ] || give_up 'the cloud controller manager has not initialised the node: see the log of its pod, openstack-cloud-controller-manager in kube-system'
    sleep 3
    waited=$((waited + 3))
done
