# Kubernetes' own part of the library: on a node, lib.sh is the shared library followed by this file.
# shellcheck shell=sh
# Steps of node.sh in order, and the message of its last signal.
STEPS='install-kubernetes enrol prepare-volumes configure-containerd take-keys make-cert configure-kubelet close-metadata start-control-plane join-cluster install-network wait-until-ready start-checks'
JOINED='the node is Ready'
# Steps that are repeated now and then.
CHECKS='take-credential name-api make-cert'
# The folder of the engine's data, for prepare-volume.sh, and the unit that must not start without it.
ENGINE_DATA=/var/lib/containerd
ENGINE_UNIT=containerd.service
KUBERNETES=/etc/kubernetes
PKI=$KUBERNETES/pki
# Secrets of the bay become files here, under the names that kubeadm looks for.
BAY_SECRETS=$PKI
# Exists from the moment when this node is part of its cluster.
MEMBER=/etc/magnum/member
# The CAs whose client certificates the API admits: the bay's own, and the one that signs requests of users.
CLIENT_CAS=$PKI/client-ca.crt
# The name under which all nodes reach the API; name-api.sh says where it leads.
API_NAME=kubernetes.magnum.internal
API_PORT=6443
export STEPS JOINED CHECKS ENGINE_DATA ENGINE_UNIT KUBERNETES PKI BAY_SECRETS CLIENT_CAS MEMBER API_NAME API_PORT

is_control_plane() { [ "$(value role)" = manager ]; }

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
    printf '{"worker": {"address": "%s"}, "manager": {"address": "%s"}}' "$address" "$address"
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

# reload_certificates PROFILE...: kubelet, etcd and the API server read renewed certificates by themselves, but for those with which the
# API server is a client: it starts again for them.
reload_certificates() {
    if [ ! -e "$MEMBER" ]; then return; fi
    for profile in "$@"; do
        case $profile in apiserver-*) pkill -TERM -x kube-apiserver || true ;; esac
    done
}
