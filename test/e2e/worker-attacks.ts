import { PROFILE_NAMES } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/certificates.js';

/** A request as a script that runs on a worker, and what its output must say. */
export interface WorkerRequest {
  readonly what: string;
  readonly script: string;
  readonly answer: RegExp;
}

/** Of the bay that is attacked, by names as its nodes have them. */
export interface Target {
  readonly bay: string;
  readonly worker: string;
  /** A node other than the attacker. */
  readonly neighbour: string;
  readonly master: string;
  readonly masterAddress: string;
}

const OWN_PROFILES: readonly string[] = ['kubelet', 'kubelet-server'];
const PKI = '/etc/kubernetes/pki';
const FORBIDDEN = /\(Forbidden\)|is forbidden: User "system:node:/;

/**
 * What an attacker who has a worker's whole disk, as root of that worker, asks of the service, of Kubernetes, of etcd and of the kubelets:
 * everything that a worker holds is used.
 */
export function workerAttacks(target: Target): readonly WorkerRequest[] {
  return [...attacksOnService(target), ...attacksOnKubernetes(target), ...attacksOnNeighbours(target)];
}

/** What the same attacker may do, so that the attacks do not fail for another reason. */
export function workerRights({ bay, worker }: Target): readonly WorkerRequest[] {
  return [
    {
      what: 'to read its own node',
      script: kubectl('get', 'node', worker, '-o', 'name'),
      answer: new RegExp(`^node/${worker}$`),
    },
    { what: 'its own certificate', script: certificate(bay, 'kubelet'), answer: /^201$/ },
    { what: 'the credential that it holds', script: call('GET', `credentials/${bay}`), answer: /^200$/ },
  ];
}

function attacksOnService({ bay, master }: Target): readonly WorkerRequest[] {
  const forged = `sed 's/"node_name": *"[^"]*"/"node_name": "${master}"/' "$VALUES" >/tmp/forged.json; VALUES=/tmp/forged.json`;
  const answer = /^40[0346]$/;
  return [
    ...PROFILE_NAMES.filter((profile) => !OWN_PROFILES.includes(profile)).map((profile) => ({
      what: `a certificate of the profile ${profile}`,
      script: certificate(bay, profile),
      answer,
    })),
    { what: "the control plane's certificate by its own secret", script: certificate(bay, 'kubelet', forged), answer },
    { what: "the administrator's certificate by a request of its own", script: certificate(bay, undefined), answer },
    { what: 'the keys that control planes share', script: call('GET', `credentials/${bay}/secrets`), answer },
    { what: 'the same as the control plane', script: call('GET', `credentials/${bay}/secrets`, { before: forged }), answer },
    { what: 'the files of a client', script: call('GET', `clusters/${bay}/config`), answer },
    { what: 'its cluster', script: call('GET', `clusters/${bay}`), answer },
    { what: 'the end of its cluster', script: call('DELETE', `clusters/${bay}`), answer },
    { what: 'another authority', script: call('PATCH', `certificates/${bay}`), answer },
    { what: 'the pods by way of the service', script: call('GET', `pods?bay_ident=${bay}`), answer },
    {
      what: 'to enrol once more with the token in its user data',
      script: call('POST', `credentials/${bay}/nodes/${master}`, {
        before: `python3 -c 'import json,os; print(json.dumps({"token": json.load(open(os.environ["VALUES"]))["enrolment_token"], "secret": "x"*43}))' >/tmp/order`,
        body: '/tmp/order',
      }),
      answer,
    },
  ];
}

function attacksOnKubernetes({ worker, neighbour, master }: Target): readonly WorkerRequest[] {
  const attack = (what: string, ...words: readonly string[]): WorkerRequest => ({
    what,
    script: kubectl(...words),
    answer: FORBIDDEN,
  });
  return [
    attack('all secrets', 'get', 'secrets', '--all-namespaces'),
    attack('the configuration of the cluster changed', '-n', 'kube-system', 'delete', 'configmap', 'kubeadm-config'),
    attack('the labels of another node', 'label', 'node', neighbour, 'stolen=yes'),
    attack('the end of another node', 'delete', 'node', neighbour),
    attack('a label of its own that isolates workloads', 'label', 'node', worker, 'node-restriction.kubernetes.io/trusted=yes'),
    attack('another taint of its own', 'taint', 'node', worker, 'stolen=yes:NoSchedule'),
    attack('a pod', 'run', 'stolen', '--image=registry.k8s.io/pause:3.10'),
    attack('the end of a pod of the control plane', '-n', 'kube-system', 'delete', 'pod', `kube-apiserver-${master}`),
    attack('a shell in a pod of the control plane', '-n', 'kube-system', 'exec', `kube-apiserver-${master}`, '--', 'true'),
    attack(
      'the role of an administrator',
      'create',
      'clusterrolebinding',
      'stolen',
      '--clusterrole=cluster-admin',
      `--user=system:node:${worker}`,
    ),
    attack('a token of another account', '-n', 'kube-system', 'create', 'token', 'generic-garbage-collector'),
    attack('to act as an administrator', '--as=root', '--as-group=system:masters', 'get', 'nodes'),
    {
      what: 'to approve a request for a certificate',
      script: `${signingRequest} | ${kubectl('apply', '-f', '-')} >/dev/null; ${kubectl('certificate', 'approve', 'stolen')}`,
      answer: FORBIDDEN,
    },
  ];
}

function attacksOnNeighbours({ masterAddress }: Target): readonly WorkerRequest[] {
  const etcd = [
    '--command-timeout=4s',
    '--dial-timeout=3s',
    `--endpoints=https://${masterAddress}:2379`,
    '--insecure-skip-tls-verify',
  ];
  const kubelet = `curl --silent --insecure --max-time 5 --cert ${PKI}/kubelet.crt --key ${PKI}/kubelet.key https://${masterAddress}:10250`;
  const noStatus = '--output /dev/null --write-out "%{http_code}"';
  return [
    {
      what: 'the members of etcd, with the certificate of its kubelet',
      script: `etcdctl ${etcd.join(' ')} --cert=${PKI}/kubelet.crt --key=${PKI}/kubelet.key member list`,
      answer: /deadline exceeded|certificate|connection/,
    },
    { what: 'the pods of the control plane, of its kubelet', script: `${kubelet}/pods ${noStatus}`, answer: /^40[13]$/ },
    {
      what: 'a command on the control plane, of its kubelet',
      script: `${kubelet}/run/kube-system/x/x ${noStatus}`,
      answer: /^40[13]$/,
    },
  ];
}

/** With the kubeconfig of its kubelet. */
function kubectl(...words: readonly string[]): string {
  return ['kubectl', '--kubeconfig=/etc/kubernetes/kubelet.conf', '--request-timeout=10s', ...words].join(' ');
}

/** A request to the service by the worker's own library, which shows its credential and its secret; prints the status. */
function call(method: string, path: string, { before = ':', body = '' } = {}): string {
  return `. /opt/magnum/lib.sh; ${before}; cloud ${method} "$(value magnum_url)/${path}" "$TOKEN" '${body}' /tmp/answer ''`;
}

const KEY = 'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /tmp/stolen.key';

/** Asks for a certificate of that profile; without one, for that of an administrator by the request's own subject. */
function certificate(bay: string, profile: string | undefined, before = ':'): string {
  const fields = `"cluster_uuid": "${bay}", "bay_uuid": "${bay}", "csr": open("/tmp/stolen.csr").read()`;
  const asked = profile === undefined ? fields : `${fields}, "profile": "${profile}"`;
  const make = [
    `${KEY} -subj /O=system:masters/CN=stolen -addext extendedKeyUsage=clientAuth -out /tmp/stolen.csr 2>/dev/null`,
    `python3 -c 'import json; print(json.dumps({${asked}}))' >/tmp/order`,
    before,
  ];
  return call('POST', 'certificates', { before: make.join('; '), body: '/tmp/order' });
}

/** A request for a certificate of an administrator in Kubernetes' own way, as a manifest. */
const signingRequest = [
  `${KEY} -subj /O=system:masters/CN=stolen -out /tmp/stolen.csr 2>/dev/null`,
  `python3 -c 'import base64,json; print(json.dumps({"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "stolen"}, "spec": {"request": base64.b64encode(open("/tmp/stolen.csr","rb").read()).decode(), "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}}))'`,
].join('; ');
