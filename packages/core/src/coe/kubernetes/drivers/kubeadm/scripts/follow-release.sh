#!/bin/sh
# Brings what runs in the cluster itself to the release of the control planes, once the last of another release is gone: kube-proxy must not be newer than
# any API server. kubeadm knows how its workloads change from one release to the next.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_control_plane || [ ! -e "$MEMBER" ]; then exit 0; fi
version=$(value kubernetes.version)
followed=/etc/magnum/applied/release
if [ "$(cat "$followed" 2>/dev/null || true)" = "$version" ]; then exit 0; fi
call() { kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s "$@"; }

call get nodes --selector node-role.kubernetes.io/control-plane --output \
    'jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion}{"\n"}{end}' >"$STATE/releases"
if grep -qvxF "$version" "$STATE/releases"; then exit 0; fi
proxy_image() {
    call get daemonset kube-proxy --namespace kube-system --ignore-not-found --output 'jsonpath={.spec.template.spec.containers[0].image}'
}
image=$(proxy_image)
case $image in
*:"$version" | '') ;;
*)
    say "kube-proxy and CoreDNS become those of $version"
    # kubeadm looks by itself whether a control plane of another release is left.
    for addon in coredns kube-proxy; do
        kind=deployment
        if [ "$addon" = kube-proxy ]; then kind=daemonset; fi
        if has_workload kube-system "$kind" "$addon"; then
            kubeadm upgrade node phase addon "$addon" --kubeconfig "$KUBERNETES/admin.conf" || give_up "$addon could not be upgraded"
        fi
    done
    # It leaves everything as it is, and succeeds, while Kubernetes still lists the API server of a control plane that is gone: this is repeated then.
    image=$(proxy_image)
    case $image in
    *:"$version") ;;
    *) give_up "kubeadm still sees a control plane of another release than $version" ;;
    esac
    mark_workloads "$(digest sorted "$PKI/ca.crt")"
    ;;
esac
printf '%s' "$version" >"$STATE/release"
keep "$STATE/release" "$followed"
