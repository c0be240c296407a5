# Kubernetes' own part of the library: on a node, lib.sh is the shared library followed by this file.
# shellcheck shell=sh
# Steps of node.sh in order, and the message of its last signal.
STEPS='trust-authorities install-kubernetes enrol prepare-volumes configure-containerd take-keys make-cert configure-keystone-auth configure-api-server configure-kubelet close-metadata start-control-plane join-cluster apply-addons wait-until-ready apply-certificates leave-cluster start-checks'
JOINED='the node is Ready'
# Steps that are repeated now and then.
CHECKS='take-credential name-api take-keys make-cert apply-certificates follow-release apply-addons'
# The folder of the engine's data, for prepare-volume.sh, and the unit that must not start without it.
ENGINE_DATA=/var/lib/containerd
ENGINE_UNIT=containerd.service
KUBERNETES=/etc/kubernetes
PKI=$KUBERNETES/pki
# Secrets of the bay become files here, under the names that kubeadm looks for.
BAY_SECRETS=$PKI
# Exists from the moment when this node is part of its cluster.
MEMBER=/etc/magnum/member
# Annotation of the template of a workload's pods: the digest of the authorities that its pods were given when they started.
TRUST_MARK=magnum.openstack.org/trusted-authorities
# Key and certificate of the webhook that knows Keystone's tokens, and what the API server reads about it.
KEYSTONE_AUTH=$KUBERNETES/keystone-auth
# The CAs whose client certificates the API admits: the bay's own, and the one that signs requests of users.
CLIENT_CAS=$PKI/client-ca.crt
# The public keys whose signatures under tokens of service accounts count; the first one is the one that signs.
ACCOUNT_KEYS=$PKI/account-keys.pub
# What the API server reads when it starts, beside certificates; and the authorities that may vouch for an issuer of tokens.
API_SERVER=$KUBERNETES/api-server
ISSUER_CAS=$API_SERVER/issuer-ca.crt
# Where distributions keep the authorities that all programs trust: Debian and Ubuntu, Fedora.
SYSTEM_AUTHORITIES='/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt'
# kubeadm's configuration of the cluster, as a control plane of this node's release has it.
CLUSTER=/etc/magnum/cluster.yaml
# Manifests of the programs that the kubelet runs by itself, and where they wait while their program must not run.
MANIFESTS=$KUBERNETES/manifests
ASIDE=$KUBERNETES/magnum-aside
# Exists while this control plane is about to leave its cluster, and its API server has ended.
LEAVING=/etc/magnum/leaving
# The name under which all nodes reach the API; name-api.sh says where it leads.
API_NAME=kubernetes.magnum.internal
API_PORT=6443
export STEPS JOINED CHECKS ENGINE_DATA ENGINE_UNIT KUBERNETES PKI BAY_SECRETS CLIENT_CAS ACCOUNT_KEYS API_SERVER ISSUER_CAS SYSTEM_AUTHORITIES CLUSTER MEMBER MANIFESTS ASIDE LEAVING KEYSTONE_AUTH TRUST_MARK API_NAME API_PORT

# Where the programs of Flatcar are that do not come with its image.
export PATH="$PATH:/opt/bin"

is_control_plane() { [ "$(value role)" = manager ]; }

is_flatcar() { grep -qsx 'ID=flatcar' /etc/os-release; }

# has_fixed_usr: whether this is an image whose /usr is read-only, as those of Fedora CoreOS and of Flatcar.
has_fixed_usr() { findmnt --noheadings --output OPTIONS --target /usr | grep -qE '(^|[ ,])ro(,|$)'; }

# program_folder: prints where a program is put that the image lacks. It is in PATH.
program_folder() {
    if is_flatcar; then echo /opt/bin; elif has_fixed_usr; then echo /usr/local/bin; else echo /usr/bin; fi
}

stop_engine() { systemctl stop kubelet.service containerd.service 2>/dev/null || true; }

# join_address: prints where the cluster is joined: at its load balancer, else at the control plane that its settings name.
join_address() {
    python3 - <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
address = values["load_balancer_address"]
if not address and values["first"]:
    address = values["private_address"]
if not address:
    # The orchestrator keeps what a node said as {id: text}; the text is the first control plane's JSON.
    [text] = json.loads(values["join"]).values()
    address = json.loads(text)["address"]
sys.stdout.write(address)
PYTHON
}

# uses_cloud_provider: whether the kubelet leaves it to the cloud controller manager to say where its node is. A node that joins does as the control planes
# do that are there: with control planes of an earlier release nothing would ever initialise it.
uses_cloud_provider() {
    is_true kubernetes.cloud_provider || return 1
    python3 - <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
if not values["first"]:
    [text] = json.loads(values["join"]).values()
    sys.exit(0 if json.loads(text).get("cloud") else 1)
PYTHON
}

# api_address NOW: prints where a worker reaches the API: at the load balancer, else at the control plane where it reaches it NOW, as long as
# that one answers, else at another one that does. The service names the control planes at each check.
api_address() {
    NOW=$1 JOINED_AT=$(join_address) python3 - <<'PYTHON'
import json, os, socket, sys
values = json.load(open(os.environ["VALUES"]))
now, joined_at = os.environ["NOW"], os.environ["JOINED_AT"]
try:
    known = open(os.environ["CONTROL_PLANES"]).read().split()
except OSError:
    known = []
def answers(address):
    try:
        with socket.create_connection((address, int(os.environ["API_PORT"])), timeout=3):
            return True
    except OSError:
        return False
order = sorted(known, key=lambda address: address != now)
usual = order[0] if order else now or joined_at
sys.stdout.write(values["load_balancer_address"] or next(filter(answers, order), usual))
PYTHON
}

# invitations FOLDER: prints, as JSON by role, what a node of that role joins with: an address, and no secret.
invitations() {
    address=$(value load_balancer_address)
    # A control plane that was joined through another one may outlive it.
    if [ -z "$address" ]; then address=$(value private_address); fi
    text=$(printf '{"address": "%s", "cloud": %s}' "$address" "$(uses_cloud_provider && echo true || echo false)")
    printf '{"worker": %s, "manager": %s}' "$text" "$text"
}

# write_kubeconfig FILE SERVER CERTIFICATE: the certificate is named without its ending. Keys and CAs stay in files of their own, so that
# programs notice when these are renewed.
write_kubeconfig() {
    python3 - "$@" >"$STATE/kubeconfig" <<'PYTHON'
import json, os, sys
_, server, certificate = sys.argv[1:4]
print(json.dumps({
    "apiVersion": "v1", "kind": "Config", "current-context": "bay",
    "clusters": [{"name": "bay", "cluster": {"server": server, "certificate-authority": os.environ["PKI"] + "/ca.crt"}}],
    "users": [{"name": "node", "user": {"client-certificate": certificate + ".crt", "client-key": certificate + ".key"}}],
    "contexts": [{"name": "bay", "context": {"cluster": "bay", "user": "node"}}]}, indent=1))
PYTHON
    if ! cmp -s "$STATE/kubeconfig" "$1"; then keep "$STATE/kubeconfig" "$1"; fi
}

# certificates: prints the certificates of this node, one in a line: profile, authority, path without ending.
certificates() {
    echo "kubelet main $PKI/kubelet"
    echo "kubelet-server main $PKI/kubelet-server"
    if ! is_control_plane; then return; fi
    for name in apiserver apiserver-kubelet-client admin controller-manager scheduler; do echo "$name main $PKI/$name"; done
    if [ ! -e "$MEMBER" ] && is_true first; then echo "super-admin main $PKI/super-admin"; fi
    echo "front-proxy-client front-proxy $PKI/front-proxy-client"
    for name in server peer healthcheck-client; do echo "etcd-$name etcd $PKI/etcd/$name"; done
    echo "apiserver-etcd-client etcd $PKI/apiserver-etcd-client"
}

# programs: prints the programs of this node that read certificates only when they start, or late, one in a line: the name and the files. All others are read again when they change.
programs() {
    if is_control_plane; then
        echo "etcd $PKI/etcd/ca.crt"
        echo "kube-apiserver $PKI/ca.crt $PKI/etcd/ca.crt $PKI/apiserver-kubelet-client.crt $PKI/apiserver-etcd-client.crt $ACCOUNT_KEYS $PKI/sa.key"
        echo "kube-controller-manager $PKI/ca.crt $PKI/controller-manager.crt $PKI/sa.key"
        echo "kube-scheduler $PKI/ca.crt $PKI/scheduler.crt"
    fi
    echo "kubelet $PKI/ca.crt $PKI/kubelet.crt"
}

# digest sorted|ordered FILE...: prints one digest of all certificates and keys in the files. The conductor computes the same ones.
digest() {
    python3 - "$@" <<'PYTHON'
import hashlib, re, sys
found = []
for path in sys.argv[2:]:
    found += re.findall("-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", open(path).read(), re.DOTALL)
if sys.argv[1] == "sorted":
    found.sort()
sys.stdout.write(hashlib.sha256("\n".join(found).encode()).hexdigest())
PYTHON
}

# system_workloads: prints what the bay runs in the cluster itself and talks to the API from inside of a pod: namespace, kind, name.
system_workloads() {
    echo 'kube-system daemonset kube-proxy'
    echo 'kube-system deployment coredns'
    kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s get daemonsets,deployments --all-namespaces \
        --selector magnum.openstack.org/addon --output \
        'jsonpath={range .items[*]}{.metadata.namespace} {.kind} {.metadata.name}{"\n"}{end}'
}

# mark_workloads DIGEST: notes in the system's workloads which authorities their pods are given from now on. Pods start again where it is
# another note.
mark_workloads() {
    system_workloads >"$STATE/workloads" || return 1
    while read -r space kind name; do
        if ! has_workload "$space" "$kind" "$name" </dev/null; then continue; fi
        kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s patch "$kind" "$name" --namespace "$space" --type merge --patch \
            "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"$TRUST_MARK\":\"$1\"}}}}}" </dev/null >/dev/null || return 1
    done <"$STATE/workloads"
}

# has_workload SPACE KIND NAME: a cluster's owner may have put another program in its place.
has_workload() {
    [ -n "$(kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s get "$2" "$3" --namespace "$1" \
        --ignore-not-found --output name)" ]
}

# use_credential: lets the add-ons of the cluster work with the account that this node holds now. take-credential.sh asks for it before it
# reports to the service that this node holds it: the former account is deleted when every node has reported. Checks are repeated, so none waits long.
use_credential() {
    if ! is_control_plane || [ ! -e "$MEMBER" ]; then return 0; fi
    /opt/magnum/apply-addons.sh || return 1
    call() { kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s "$@"; }
    call get daemonsets,deployments --all-namespaces --selector magnum.openstack.org/cloud-account --output \
        'jsonpath={range .items[*]}{.metadata.namespace} {.kind} {.metadata.name}{"\n"}{end}' >"$STATE/account-users" || return 1
    while read -r space kind name; do
        kubectl --kubeconfig "$KUBERNETES/admin.conf" rollout status "$kind/$name" --namespace "$space" --timeout=20s </dev/null >/dev/null ||
            give_up "$name does not run with the new account of the cloud"
    done <"$STATE/account-users"
}

# wait_for SECONDS WHAT COMMAND...: repeats the command until it succeeds.
wait_for() {
    limit=$1 what=$2 passed=0
    shift 2
    until "$@"; do
        [ "$passed" -lt "$limit" ] || give_up "$what after $limit s"
        sleep 2
        passed=$((passed + 2))
    done
}

# lock_static_pods: until this script ends, no other one starts or ends a program that the kubelet runs from a manifest.
lock_static_pods() {
    exec 9>"$STATE/static-pods.lock"
    flock 9
}

# The kubelet runs a static pod as long as its manifest is in its folder. One that is put aside stays ended, where one that was killed would
# start again at once, and ever later the more often. A run that died in between has left manifests aside: they are put back first.
put_back() {
    for name in "$@"; do
        if [ -e "$ASIDE/$name.yaml" ]; then mv "$ASIDE/$name.yaml" "$MANIFESTS/$name.yaml"; fi
    done
}
put_aside() {
    mkdir -p "$ASIDE"
    for name in "$@"; do
        if [ -e "$MANIFESTS/$name.yaml" ]; then mv "$MANIFESTS/$name.yaml" "$ASIDE/$name.yaml"; fi
    done
    for name in "$@"; do wait_for 120 "$name did not end" has_ended "$(process_of "$name")"; done
}
# The kernel cuts names of processes.
process_of() { printf '%.15s' "$1"; }
has_ended() { ! pgrep -x "$1" >/dev/null; }
