#!/bin/sh
# Lets the programs of this node use the certificates, authorities and keys that make-cert.sh and take-keys.sh have written, and says so in an annotation of the node,
# which a rotation waits for. What the API server and etcd read only at their start makes them start again, one control plane at a time: the
# turn is a Lease in the cluster. One that could not come back keeps its turn, so that no other one follows it down.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if [ ! -e "$MEMBER" ]; then exit 0; fi
lock_static_pods
# What has ended because this node leaves its cluster must not start again.
if [ -e "$LEAVING" ]; then exit 0; fi
node=$(value node_name) address=$(value private_address)
config=$KUBERNETES/kubelet.conf
if is_control_plane; then config=$KUBERNETES/admin.conf; fi
applied=/etc/magnum/applied
mkdir -p "$applied"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lease=magnum-restart
system=kube-system

call() { kubectl --kubeconfig "$config" --request-timeout=15s "$@"; }

api_is_ready() {
    [ "$(curl --silent --noproxy '*' --insecure --max-time 5 "https://$address:$API_PORT/readyz" || true)" = ok ]
}

etcd_is_healthy() {
    curl --silent --noproxy '*' --max-time 5 --cacert "$PKI/etcd/ca.crt" --cert "$PKI/etcd/healthcheck-client.crt" \
        --key "$PKI/etcd/healthcheck-client.key" https://127.0.0.1:2379/health | grep -q '"health":"true"'
}

# Whether what listens there shows a certificate of the authority that signs now.
shows_new() { curl --silent --noproxy '*' --output /dev/null --max-time 5 --cacert "$work/first.crt" "https://$address:$1/healthz"; }

# lease_of HOLDER: prints the turn as this node's, from the answer of Kubernetes on standard input or anew.
lease_of() {
    python3 -c '
import datetime, json, sys
name, space, holder = sys.argv[1:4]
text = sys.stdin.read()
found = json.loads(text) if text.strip() else {
    "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name, "namespace": space}}
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
found["spec"] = {"holderIdentity": holder, "acquireTime": now, "renewTime": now}
json.dump(found, sys.stdout)' "$lease" "$system" "$node"
}

# Takes the turn, or fails where another control plane has it. An API server that does not answer serves no client, so it needs no turn to start again.
try_turn() {
    if ! call get lease "$lease" --namespace "$system" --ignore-not-found --output json >"$work/turn"; then
        if api_is_ready; then return 1; else return 0; fi
    fi
    if [ ! -s "$work/turn" ]; then
        lease_of "$node" </dev/null | call create --filename - >/dev/null 2>&1
        return
    fi
    holder=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["spec"]["holderIdentity"])' "$work/turn")
    if [ "$holder" = "$node" ]; then return 0; fi
    if [ -n "$(call get node "$holder" --ignore-not-found --output name)" ]; then return 1; fi
    # Its holder was removed from the cluster. The version in the answer lets only one of the others replace it.
    lease_of "$node" <"$work/turn" | call replace --filename - >/dev/null 2>&1
}

end_turn() { call delete lease "$lease" --namespace "$system" --ignore-not-found >/dev/null || true; }

is_stale() { case " $stale " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
record() { keep "$work/$1" "$applied/$1"; }

stale=''
programs >"$work/programs"
while read -r name files; do
    # shellcheck disable=SC2086
    digest sorted $files >"$work/$name"
    # At its first run every program has just started, with the files as they are.
    if [ ! -e "$applied/$name" ]; then record "$name"; fi
    if ! cmp -s "$work/$name" "$applied/$name"; then stale="$stale $name"; fi
done <"$work/programs"

leading='kube-controller-manager kube-scheduler'
# shellcheck disable=SC2086
if is_control_plane; then put_back etcd kube-apiserver $leading; fi
if is_stale etcd || is_stale kube-apiserver; then
    wait_for 240 'another control plane has the turn to start its programs again' try_turn
    say "starting again:$stale"
    # The API server ends first and begins last: it can do nothing while its member of etcd is away, and a load balancer must know that before.
    put_aside kube-apiserver
    # shellcheck disable=SC2086
    put_aside $leading
    if is_stale etcd; then
        put_aside etcd
        put_back etcd
        wait_for 300 'etcd did not come back' etcd_is_healthy
        record etcd
    fi
    put_back kube-apiserver
    wait_for 300 'the API server did not come back' api_is_ready
    # shellcheck disable=SC2086
    put_back $leading
    for name in kube-apiserver $leading; do record "$name"; done
    # A load balancer counts it in again before the next one ends.
    sleep 8
    end_turn
else
    for name in $leading; do
        if is_stale "$name"; then
            put_aside "$name"
            put_back "$name"
            record "$name"
        fi
    done
fi
if is_stale kubelet; then
    systemctl restart kubelet.service
    record kubelet
fi

# Workloads of the cluster itself start again when Kubernetes gives pods the authorities that this node trusts: their libraries may have
# read them once. Those of users are their owners' business.
if is_control_plane; then
    digest sorted "$PKI/ca.crt" >"$work/trusted"
    trusted=$(cat "$work/trusted")
    if ! cmp -s "$work/trusted" "$applied/workloads"; then
        given() {
            call get configmap kube-root-ca.crt --namespace "$1" --output 'jsonpath={.data.ca\.crt}' >"$work/given" || return 1
            [ "$(digest sorted "$work/given")" = "$trusted" ]
        }
        system_workloads | cut -d ' ' -f 1 | sort -u >"$work/spaces"
        while read -r space; do
            wait_for 120 "the namespace $space is not given the authorities" given "$space" </dev/null
        done <"$work/spaces"
        mark_workloads "$trusted" || give_up 'the workloads of the system could not start again'
        keep "$work/trusted" "$applied/workloads"
    fi
fi

set -- "$PKI/ca.crt"
if is_control_plane; then set -- "$PKI/etcd/ca.crt" "$PKI/front-proxy-ca.crt" "$PKI/ca.crt" "$ACCOUNT_KEYS"; fi
digest ordered "$@" >"$work/authorities"
if ! cmp -s "$work/authorities" "$STATE/authorities"; then
    sed '/END CERTIFICATE/q' "$PKI/ca.crt" >"$work/first.crt"
    wait_for 150 'the kubelet does not show its new certificate' shows_new 10250
    if is_control_plane; then wait_for 150 'the API server does not show its new certificate' shows_new "$API_PORT"; fi
    call annotate node "$node" --overwrite "magnum.openstack.org/authorities=$(cat "$work/authorities")" >/dev/null
    keep "$work/authorities" "$STATE/authorities"
fi
