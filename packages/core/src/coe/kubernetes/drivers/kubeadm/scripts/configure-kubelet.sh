#!/bin/sh
# Writes kubeadm's configuration, and the kubeconfigs, which kubeadm would make itself if it had the CA's key. Texts of callers stay values of
# JSON up to the manifests, which kubeadm writes: JSON is YAML, and no text is ever spliced into it.
# shellcheck source=lib.sh
. /opt/magnum/lib.sh

cat >/etc/systemd/system/magnum-api-name.service <<'UNIT'
[Unit]
Description=The name of the API of this node's cluster
Before=kubelet.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/opt/magnum/name-api.sh
[Install]
RequiredBy=kubelet.service
UNIT
systemctl daemon-reload
systemctl enable --quiet magnum-api-name.service
systemctl start magnum-api-name.service

own=https://$(value private_address):$API_PORT
named=https://$API_NAME:$API_PORT
if is_control_plane; then
    write_kubeconfig "$KUBERNETES/kubelet.conf" "$own" "$PKI/kubelet"
    write_kubeconfig "$KUBERNETES/admin.conf" "$named" "$PKI/admin"
    for name in controller-manager scheduler; do write_kubeconfig "$KUBERNETES/$name.conf" "$own" "$PKI/$name"; done
    if [ -e "$PKI/super-admin.crt" ]; then write_kubeconfig "$KUBERNETES/super-admin.conf" "$named" "$PKI/super-admin"; fi
else
    write_kubeconfig "$KUBERNETES/kubelet.conf" "$named" "$PKI/kubelet"
fi
# The cluster is joined with the kubelet's own certificate. A token would be a secret in the user data, with a term to watch over.
write_kubeconfig /etc/magnum/join.conf "https://$(join_address):$API_PORT" "$PKI/kubelet"

# What a cloud calls the server: an id of Nova, as cloud-init read it.
server=$(cat /var/lib/cloud/data/instance-id)
counted=no
if [ -w /proc/sys/net/netfilter/nf_conntrack_max ]; then counted=yes; fi
cloud=no
if uses_cloud_provider; then cloud=yes; fi
# Kubelet and controller manager would make this folder in /usr, and kubeadm mounts it into the controller manager up to the release 1.35.
plugins=''
if has_fixed_usr; then plugins=/opt/libexec/kubernetes/kubelet-plugins/volume/exec/; fi
SERVER=$server COUNTED=$counted CLOUD=$cloud PLUGINS=$plugins python3 - "$STATE/kubeadm.yaml" "$STATE/cluster.yaml" <<'PYTHON'
import json, os, sys
values = json.load(open(os.environ["VALUES"]))
wanted, master = values["kubernetes"], values["role"] == "manager"
options, api = wanted["options"], wanted["kubeadm_api"]
pki, webhook = os.environ["PKI"], os.environ["KEYSTONE_AUTH"]

def arguments(own, given):
    return [{"name": name, "value": value} for name, value in own] + given

def folder_of(option):
    return [(option, os.environ["PLUGINS"])] if os.environ["PLUGINS"] else []

registration = {
    "name": values["node_name"],
    "criSocket": "unix:///run/containerd/containerd.sock",
    "imagePullPolicy": "IfNotPresent",
    "taints": ([{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}] if master else []) + values["node_taints"],
    "kubeletExtraArgs": arguments([
        # kubeadm sets the option of the configuration to true, whatever stands there. The kubelet would keep its first certificate
        # to the end then, and ask Kubernetes, which has no key to sign with, for the next one.
        ("rotate-certificates", "false"),
    ] + ([("cloud-provider", "external")] if os.environ["CLOUD"] == "yes" else []) + folder_of("volume-plugin-dir") + [
        ("provider-id", "openstack:///" + os.environ["SERVER"]),
        ("node-ip", values["private_address"]),
        ("node-labels", ",".join("%s=%s" % (one["name"], one["value"]) for one in values["node_labels"])),
    ], options["kubelet"]),
    # What a flavor or an image is too small or too old for, its kubelet says; these look at the host, or at what is prepared here.
    "ignorePreflightErrors": ["NumCPU", "Mem", "Swap", "SystemVerification", "DirAvailable--var-lib-etcd",
                              "FileAvailable--etc-kubernetes-kubelet.conf", "FileAvailable--etc-kubernetes-pki-ca.crt"],
}
local = {"advertiseAddress": values["private_address"], "bindPort": int(os.environ["API_PORT"])}
timeouts = {"controlPlaneComponentHealthCheck": "10m0s", "kubeletHealthCheck": "10m0s", "discovery": "20m0s", "tlsBootstrap": "10m0s"}
# What labels ask of the API server: its files are those of configure-api-server.sh.
files, asked = os.environ["API_SERVER"], wanted.get("api_server", {})
api_arguments = [(one["argument"], os.path.join(files, one["file"])) for one in asked.get("documents", [])]
api_volumes = [
    {"name": "magnum-%d" % number, "hostPath": path, "mountPath": path, "readOnly": path == files, "pathType": "Directory"}
    for number, path in enumerate([files] + asked["folders"] if asked else [])]
if wanted["keystone_auth"]:
    api_arguments += [("authentication-token-webhook-config-file", webhook + "/webhook.json"),
                      ("authorization-mode", "Node,RBAC,Webhook"),
                      ("authorization-webhook-config-file", webhook + "/webhook.json")]
    api_volumes.append({"name": "keystone-auth", "hostPath": webhook, "mountPath": webhook, "readOnly": True, "pathType": "Directory"})
if asked.get("encrypts_secrets"):
    api_arguments.append(("encryption-provider-config", os.path.join(files, "encryption.json")))
if asked.get("checks_issuer"):
    api_arguments.append(("oidc-ca-file", os.environ["ISSUER_CAS"]))
plugins = ["NodeRestriction"] + [name for name in wanted["admission_plugins"] if name != "NodeRestriction"]
cluster = [{
    "apiVersion": api, "kind": "InitConfiguration",
    "localAPIEndpoint": local, "nodeRegistration": registration, "timeouts": timeouts,
    # Nodes join with certificates.
    "skipPhases": ["bootstrap-token", "show-join-command"],
}, {
    "apiVersion": api, "kind": "ClusterConfiguration",
    "kubernetesVersion": wanted["version"],
    "controlPlaneEndpoint": "%s:%s" % (os.environ["API_NAME"], os.environ["API_PORT"]),
    "imageRepository": wanted["image_repository"],
    "networking": {"podSubnet": wanted["pod_range"], "serviceSubnet": wanted["service_range"], "dnsDomain": wanted["domain"]},
    "apiServer": {
        "certSANs": wanted["certificate_names"],
        **({"extraVolumes": api_volumes} if api_volumes else {}),
        "extraArgs": arguments([
            ("enable-admission-plugins", ",".join(plugins)),
            ("enable-bootstrap-token-auth", "false"),
            ("kubelet-certificate-authority", pki + "/ca.crt"),
            ("profiling", "false"),
            ("service-account-key-file", os.environ["ACCOUNT_KEYS"]),
        ] + ([
            # One that ends says so to the load balancer first, and answers those who still come meanwhile: Octavia asks every five seconds, and takes
            # a member out at the third refusal. The kubelet kills a program after thirty seconds.
            ("shutdown-delay-duration", "16s"),
            # It then ends when its last short request is answered. Without this it waits for watches, which do not end, until the kubelet kills it.
            ("shutdown-send-retry-after", "true"),
        ] if values["load_balancer_address"] else []) + ([("client-ca-file", os.environ["CLIENT_CAS"])] if wanted["signs_requests"] else []) + api_arguments, asked.get("arguments", []) + options["apiserver"]),
    },
    "controllerManager": {"extraArgs": arguments([
        ("node-cidr-mask-size", str(wanted["node_prefix"])),
        ("profiling", "false"),
    ] + folder_of("flex-volume-plugin-dir") + ([
        # It has no key of the bay's own authorities: every other kind of request stays unsigned.
        ("cluster-signing-kube-apiserver-client-cert-file", pki + "/signer.crt"),
        ("cluster-signing-kube-apiserver-client-key-file", pki + "/signer.key"),
    ] if wanted["signs_requests"] else []), options["controller_manager"])},
    "scheduler": {
        "extraArgs": arguments([("profiling", "false")], options["scheduler"]),
        # Its kubeconfig names files there. The pods of the API server and of the controller manager see them by kubeadm's own doing.
        "extraVolumes": [{"name": "certificates", "hostPath": pki, "mountPath": pki, "readOnly": True, "pathType": "Directory"}],
    },
}, {
    "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
    "cgroupDriver": wanted["cgroup_driver"],
    "failSwapOn": False,
    "failCgroupV1": False,
    # make-cert.sh renews both certificates; the kubelet reads them again.
    "serverTLSBootstrap": False,
    "tlsCertFile": pki + "/kubelet-server.crt",
    "tlsPrivateKeyFile": pki + "/kubelet-server.key",
}, {
    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration",
    "mode": wanted["proxy_mode"],
    # Where connections are counted by a host that this node cannot change, its limit stays.
    **({} if os.environ["COUNTED"] == "yes" else {"conntrack": {"maxPerCore": 0}}),
}]
join = [{
    "apiVersion": api, "kind": "JoinConfiguration",
    "discovery": {"file": {"kubeConfigPath": "/etc/magnum/join.conf"}},
    "nodeRegistration": registration, "timeouts": timeouts,
    **({"controlPlane": {"localAPIEndpoint": local}} if master else {}),
}]
for path, documents in ((sys.argv[1], cluster if values["first"] else join), (sys.argv[2], cluster)):
    with open(path, "w") as file:
        file.write("\n---\n".join(json.dumps(document, indent=1) for document in documents) + "\n")
PYTHON
keep "$STATE/kubeadm.yaml" /etc/magnum/kubeadm.yaml
if is_control_plane; then keep "$STATE/cluster.yaml" "$CLUSTER"; fi
