import { inside } from './docker.js';

/*
 * Points of the CIS Kubernetes Benchmark (1.10) as a control plane shows them: arguments of its programs, the kubelet's settings in force, what
 * ports answer to strangers, modes and owners of files. cis-benchmark.test.ts, beside the driver, says which points are not held, and why.
 */
const CHECK = String.raw`
import glob, json, os, re, subprocess

failed = []
def point(number, what, holds):
    if not holds:
        failed.append("%s %s" % (number, what))

def arguments(name):
    text = open("/etc/kubernetes/manifests/%s.yaml" % name).read()
    return {key: value.strip("'\"") for key, value in re.findall(r"(?m)^ *- --([a-z0-9-]+)=(.*)$", text)}

def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout

def status(url, *more):
    return output("curl", "--silent", "--noproxy", "*", "--insecure", "--max-time", "10", "--output", "/dev/null", "--write-out", "%{http_code}", *more, url).strip()

values = json.load(open("/etc/magnum/node.json"))
own, node, pki = values["private_address"], values["node_name"], "/etc/kubernetes/pki"
api, manager, scheduler, etcd = map(arguments, ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"))

point("1.2.1", "strangers may do nothing in the API but ask whether it is ready", status("https://%s:6443/api/v1/namespaces" % own) == "403")
point("1.2.2", "no passwords or tokens in files", "token-auth-file" not in api and "basic-auth-file" not in api)
point("1.2.4", "kubelets are shown a certificate", api.get("kubelet-client-certificate") == pki + "/apiserver-kubelet-client.crt")
point("1.2.5", "certificates of kubelets are checked", api.get("kubelet-certificate-authority") == pki + "/ca.crt")
point("1.2.6-8", "Node and RBAC decide", api.get("authorization-mode") == "Node,RBAC")
point("1.2.10-14", "admission has NodeRestriction, not AlwaysAdmit, and nothing is off",
      "NodeRestriction" in api.get("enable-admission-plugins", "") and "AlwaysAdmit" not in api.get("enable-admission-plugins", "")
      and "disable-admission-plugins" not in api)
for number, name, found in (("1.2.15", "API server", api), ("1.3.2", "controller manager", manager), ("1.4.1", "scheduler", scheduler)):
    point(number, "the %s is not profiled" % name, found.get("profiling") == "false")
log = api.get("audit-log-path", "/none")
point("1.2.16", "there is an audit log", os.path.exists(log) and os.path.getsize(log) > 0)
for number, name, least in (("1.2.17", "audit-log-maxage", 30), ("1.2.18", "audit-log-maxbackup", 10), ("1.2.19", "audit-log-maxsize", 100)):
    point(number, name, int(api.get(name, "0")) >= least)
point("1.2.21", "service accounts are looked up", api.get("service-account-lookup", "true") == "true")
point("1.2.22", "tokens are checked by the keys of the bay", api.get("service-account-key-file") == pki + "/account-keys.pub")
for number, name in (("1.2.23", "etcd-certfile"), ("1.2.23", "etcd-keyfile"), ("1.2.24", "tls-cert-file"), ("1.2.24", "tls-private-key-file"),
                     ("1.2.25", "client-ca-file"), ("1.2.26", "etcd-cafile"), ("1.2.27", "encryption-provider-config"), ("3.2.1", "audit-policy-file")):
    point(number, name, os.path.exists(api.get(name, "/none")))
point("1.2.23", "etcd is reached by TLS alone", api.get("etcd-servers", "").startswith("https://"))
point("1.3.3", "controllers have accounts of their own", manager.get("use-service-account-credentials") == "true")
point("1.3.4", "the key of tokens is the bay's", manager.get("service-account-private-key-file") == pki + "/sa.key")
point("1.3.5", "pods are given the authority", manager.get("root-ca-file") == pki + "/ca.crt")
point("1.3.7", "the controller manager listens to its node alone", manager.get("bind-address") == "127.0.0.1")
point("1.4.2", "the scheduler listens to its node alone", scheduler.get("bind-address") == "127.0.0.1")
for number, name in (("2.1", "cert-file"), ("2.1", "key-file"), ("2.4", "peer-cert-file"), ("2.4", "peer-key-file"), ("2.7", "trusted-ca-file")):
    point(number, "etcd: " + name, os.path.exists(etcd.get(name, "/none")))
point("2.2", "clients of etcd show certificates", etcd.get("client-cert-auth") == "true" and status("https://%s:2379/version" % own) == "000")
point("2.3", "etcd makes no certificate itself", etcd.get("auto-tls", "false") == "false" and etcd.get("peer-auto-tls", "false") == "false")
point("2.5", "members of etcd show certificates", etcd.get("peer-client-cert-auth") == "true")
point("2.7", "etcd has an authority of its own", open(etcd["trusted-ca-file"]).read() != open(pki + "/ca.crt").read())

config = json.loads(output("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "get", "--raw", "/api/v1/nodes/%s/proxy/configz" % node))["kubeletconfig"]
point("4.2.1", "the kubelet admits no strangers", config["authentication"]["anonymous"]["enabled"] is False and status("https://%s:10250/pods" % own) == "401")
point("4.2.2", "the API decides for the kubelet", config["authorization"]["mode"] == "Webhook")
point("4.2.3", "the kubelet admits clients of the bay", config["authentication"]["x509"].get("clientCAFile") == pki + "/ca.crt")
point("4.2.4", "the kubelet has no open port", config.get("readOnlyPort", 0) == 0 and status("http://%s:10255/pods" % own) == "000")
point("4.2.5", "idle connections end", config["streamingConnectionIdleTimeout"] not in ("0s", "0"))
point("4.2.6", "the kubelet keeps its rules of iptables", config.get("makeIPTablesUtilChains", True) is True)
point("4.2.9", "the kubelet shows a certificate of the bay", config["tlsCertFile"] == pki + "/kubelet-server.crt")

def private(number, pattern, most):
    paths = [path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path)]
    point(number, "%s is there" % pattern, paths)
    for path in paths:
        found = os.stat(path)
        point(number, "%s is %o of %d:%d" % (path, found.st_mode & 0o777, found.st_uid, found.st_gid), found.st_mode & 0o777 & ~most == 0 and found.st_uid == 0)

private("1.1.1-8", "/etc/kubernetes/manifests/*.yaml", 0o600)
private("1.1.13-18", "/etc/kubernetes/*.conf", 0o600)
private("1.1.20", pki + "/**/*.crt", 0o644)
private("1.1.21", pki + "/**/*.key", 0o600)
private("1.2.28", "/etc/kubernetes/api-server/*", 0o600)
private("4.1.9", "/var/lib/kubelet/config.yaml", 0o600)
point("1.1.11", "etcd's data are for root alone", os.stat("/var/lib/etcd").st_mode & 0o077 == 0)
point("1.1.13", "no kubeconfig is above the rules of the cluster", not os.path.exists("/etc/kubernetes/super-admin.conf"))
print(json.dumps(failed))
`;

/** The points that this control plane does not hold, each with what was looked at. */
export async function failedPointsOf(instance: string, master: string): Promise<readonly string[]> {
  const output = await inside(instance, master, 'python3', '-c', CHECK);
  return JSON.parse(output.split('\n').at(-1) ?? '') as readonly string[]; // the program's last line
}
