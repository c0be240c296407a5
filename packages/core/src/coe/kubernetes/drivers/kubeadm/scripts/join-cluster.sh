#!/bin/sh
# Joins the cluster, as a worker or as a further control plane, with the certificates that this node has already: no token takes part.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if [ -e "$MEMBER" ] || is_true first; then exit 0; fi
started=/etc/magnum/kubeadm-started
if [ -e "$started" ]; then set -- --ignore-preflight-errors=all; else : >"$started"; fi
# kubeadm makes a control plane of what the cluster's configuration says, whatever its own release is. So each one says its own first, in an
# upgrade to another release or other options. Control planes join one at a time. kubeadm's own phase for it asks for a key of the CA, or a
# certificate above all rules, and neither is on a node.
say_own_configuration() {
    python3 - "$CLUSTER" "$STATE/ClusterConfiguration" <<'PYTHON'
import json, sys
documents = map(json.loads, open(sys.argv[1]).read().split("\n---\n"))
with open(sys.argv[2], "w") as file:
    json.dump(next(one for one in documents if one["kind"] == "ClusterConfiguration"), file, indent=1)
PYTHON
    kubectl create configmap kubeadm-config --namespace kube-system --from-file="$STATE/ClusterConfiguration" --dry-run=client --output json |
        kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s apply --server-side --force-conflicts --field-manager=magnum \
            --filename - >/dev/null
}
if is_control_plane; then
    waited=0
    # The load balancer has no member before the first control plane has signalled.
    until say_own_configuration; do
        [ "$waited" -lt 600 ] || give_up 'the configuration of the cluster could not be changed to that of this control plane'
        sleep 3
        waited=$((waited + 3))
    done
fi
kubeadm join --config /etc/magnum/kubeadm.yaml "$@" || give_up 'kubeadm could not join the cluster: see the log of cloud-init, or the journal of magnum-node.service'
: >"$MEMBER"
sync "$MEMBER"
/opt/magnum/name-api.sh
