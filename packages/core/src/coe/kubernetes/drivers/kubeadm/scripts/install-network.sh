#!/bin/sh
# install-network.sh [always]: gives the cluster its network, flannel, on the control plane that made it, or where it is said. Nodes are Ready
# when flannel runs on them.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

if ! is_true first && [ "${1:-}" != always ]; then exit 0; fi
trusts=$(digest sorted "$PKI/ca.crt")
TRUSTS=$trusts python3 - >"$STATE/network.json" <<'PYTHON'
import json, os
wanted = json.load(open(os.environ["VALUES"]))["kubernetes"]
flannel = wanted["flannel"]
space = "kube-flannel"
def named(name):
    return {"name": name, "namespace": space}
def host(name, path):
    return {"name": name, "hostPath": {"path": path, "type": "DirectoryOrCreate"}}
def mount(name, path):
    return {"name": name, "mountPath": path}
network = json.dumps({"Network": wanted["pod_range"], "Backend": {"Type": flannel["backend"]}})
plugins = json.dumps({"name": "cbr0", "cniVersion": "1.0.0", "plugins": [
    {"type": "flannel", "delegate": {"hairpinMode": True, "isDefaultGateway": True}},
    {"type": "portmap", "capabilities": {"portMappings": True}}]})
field = lambda path: {"fieldRef": {"fieldPath": path}}
pod = {
    "hostNetwork": True, "priorityClassName": "system-node-critical", "serviceAccountName": "flannel",
    "tolerations": [{"operator": "Exists"}],
    "initContainers": [
        {"name": "plugin", "image": flannel["plugin"], "command": ["cp", "-f", "/flannel", "/opt/cni/bin/flannel"],
         "volumeMounts": [mount("plugins", "/opt/cni/bin")]},
        {"name": "configuration", "image": flannel["image"],
         "command": ["cp", "-f", "/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
         "volumeMounts": [mount("networks", "/etc/cni/net.d"), mount("configuration", "/etc/kube-flannel")]}],
    "containers": [{
        "name": "flannel", "image": flannel["image"], "command": ["/opt/bin/flanneld", "--ip-masq", "--kube-subnet-mgr"],
        "resources": {"requests": {"cpu": "100m", "memory": "50Mi"}},
        "securityContext": {"privileged": False, "capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}},
        "env": [{"name": "POD_NAME", "valueFrom": field("metadata.name")},
                {"name": "POD_NAMESPACE", "valueFrom": field("metadata.namespace")},
                {"name": "EVENT_QUEUE_DEPTH", "value": "5000"}],
        "volumeMounts": [mount("run", "/run/flannel"), mount("configuration", "/etc/kube-flannel"), mount("locks", "/run/xtables.lock")]}],
    "volumes": [host("run", "/run/flannel"), host("plugins", "/opt/cni/bin"), host("networks", "/etc/cni/net.d"),
                {"name": "locks", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}},
                {"name": "configuration", "configMap": {"name": "flannel"}}]}
rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
         {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]},
         {"apiGroups": [""], "resources": ["nodes/status"], "verbs": ["patch"]}]
rbac = "rbac.authorization.k8s.io"
labels = {"app": "flannel"}
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "Namespace",
     "metadata": {"name": space, "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}},
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": named("flannel")},
    {"apiVersion": rbac + "/v1", "kind": "ClusterRole", "metadata": {"name": "flannel"}, "rules": rules},
    {"apiVersion": rbac + "/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "flannel"},
     "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "flannel"},
     "subjects": [{"kind": "ServiceAccount", **named("flannel")}]},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named("flannel"),
     "data": {"cni-conf.json": plugins, "net-conf.json": network}},
    {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": named("flannel"),
     "spec": {"selector": {"matchLabels": labels}, "template": {
         "metadata": {"labels": labels, "annotations": {os.environ["TRUST_MARK"]: os.environ["TRUSTS"]}}, "spec": pod}}}]}))
PYTHON
# What kubeadm has installed gets the same note before its pods run, so that none has to start again for it.
mark_workloads "$trusts" kube-system || give_up 'the workloads of the system cannot be changed'
waited=0
until kubectl --kubeconfig "$KUBERNETES/admin.conf" apply --server-side --force-conflicts --field-manager=magnum \
    -f "$STATE/network.json"; do
    [ "$waited" -lt 120 ] || give_up 'the network of the cluster could not be installed'
    sleep 3
    waited=$((waited + 3))
done
