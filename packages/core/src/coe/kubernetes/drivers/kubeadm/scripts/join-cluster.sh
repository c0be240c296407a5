#!/bin/sh
# Joins the cluster, as a worker or as a further control plane, with the certificates that this node has already: no token takes part.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if [ -e "$MEMBER" ] || is_true first; then exit 0; fi
started=/etc/magnum/kubeadm-started
if [ -e "$started" ]; then set -- --ignore-preflight-errors=all; else : >"$started"; fi
# kubeadm makes a control plane of what the cluster's configuration says, whatever its own release is. So each one says its own first, in an
# upgrade to another release or other options. Control planes join one at a time.
if is_control_plane; then
    waited=0
    # The load balancer has no member before the first control plane has signalled.
    until kubeadm init phase upload-config kubeadm --config "$CLUSTER" --kubeconfig "$KUBERNETES/admin.conf"; do
        [ "$waited" -lt 600 ] || give_up 'the configuration of the cluster could not be changed to that of this control plane'
        sleep 3
        waited=$((waited + 3))
    done
fi
kubeadm join --config /etc/magnum/kubeadm.yaml "$@" || give_up 'kubeadm could not join the cluster: see the log of cloud-init'
: >"$MEMBER"
sync "$MEMBER"
/opt/magnum/name-api.sh
