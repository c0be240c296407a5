#!/bin/sh
# Gives the API its name on this node. Everything in the cluster that must find the API has this one name, in kubeadm's configuration as in
# kube-proxy's: a control plane that is replaced, or a load balancer that has no members yet, changes where the name leads and nothing else.
# On a control plane of the cluster it leads to the node itself, until it leaves. It is repeated: without a load balancer, a worker goes on with another
# control plane where the one that it uses is gone.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

now=$(sed -n "s/ $API_NAME\$//p" /etc/hosts)
if is_control_plane && [ ! -e "$LEAVING" ] && { is_true first || [ -e "$MEMBER" ]; }; then
    address=$(value private_address)
elif is_control_plane; then
    address=$(join_address)
else
    address=$(api_address "$now")
fi
line="$address $API_NAME"
if ! grep -qxF "$line" /etc/hosts; then
    { grep -vF " $API_NAME" /etc/hosts || true; echo "$line"; } >"$STATE/hosts"
    # Written in place: the file may be a mount point.
    cat "$STATE/hosts" >/etc/hosts
fi
