import type { CertificateUsage } from '../../../../domain/certificate.js';
import { parsedCidr } from '../../../../domain/labels.js';
import type { Authority } from '../../../../domain/rotation.js';
import type { NodeCertificate, NodeCertificateRequest } from '../../../../ports/bay-driver.js';
import type { CertificateSubject } from '../../../../ports/certificates.js';
import { kubeadmLabel, kubeadmList } from './labels.js';

/*
 * The certificates of a cluster's nodes.
 *
 * Kubernetes knows its own parts by the subjects of their certificates: a client that has one of the group `system:masters` is above every
 * rule, and one with a node's name may read the secrets of that node's pods. So a node never chooses a subject. It sends a key and the
 * name of a profile, and this table says the rest: subject, names, addresses, use, and which authority signs. Invariant: a worker gets
 * certificates for itself alone, and each role those of its own row; everything else is refused.
 *
 * The keys of the authorities stay in the vault. kubeadm calls that an external CA: it uses the files that are there, and makes none.
 */

/** The name under which all nodes reach the API. The scripts give it an address. */
export const API_NAME = 'kubernetes.magnum.internal';

type Role = NodeCertificateRequest['node']['role'];

interface Profile {
  readonly roles: readonly Role[];
  readonly authority: Authority;
  readonly usages: readonly CertificateUsage[];
  subject(node: string): CertificateSubject;
  /** What the certificate vouches for; absent for one that only a client shows. */
  hosts?(request: NodeCertificateRequest): readonly string[];
}

const EVERY: readonly Role[] = ['master', 'worker'];
const MASTERS: readonly Role[] = ['master'];
const NODES = 'system:nodes';

const client = (authority: Authority, commonName: string, organization = ''): Profile => ({
  roles: MASTERS,
  authority,
  usages: ['client'],
  subject: () => ({ commonName, organization }),
});

/** Members of etcd are servers to each other and clients of each other, with one certificate. */
const member = (usages: readonly CertificateUsage[]): Profile => ({
  roles: MASTERS,
  authority: 'etcd',
  usages,
  subject: (node) => ({ commonName: node, organization: '' }),
  hosts: ({ node, own }) => [node.name, 'localhost', '127.0.0.1', '::1', ...own],
});

const PROFILES: Readonly<Record<string, Profile>> = {
  kubelet: {
    roles: EVERY,
    authority: 'main',
    usages: ['client'],
    subject: (node) => ({ commonName: `system:node:${node}`, organization: NODES }),
  },
  'kubelet-server': {
    roles: EVERY,
    authority: 'main',
    usages: ['server'],
    subject: (node) => ({ commonName: `system:node:${node}`, organization: NODES }),
    hosts: ({ node, own }) => [node.name, ...own],
  },
  apiserver: {
    roles: MASTERS,
    authority: 'main',
    usages: ['server'],
    subject: () => ({ commonName: 'kube-apiserver', organization: '' }),
    hosts: apiHosts,
  },
  'apiserver-kubelet-client': client('main', 'kube-apiserver-kubelet-client', 'kubeadm:cluster-admins'),
  'front-proxy-client': client('front-proxy', 'front-proxy-client'),
  'etcd-server': member(['server', 'client']),
  'etcd-peer': member(['server', 'client']),
  'etcd-healthcheck-client': client('etcd', 'kube-etcd-healthcheck-client'),
  'apiserver-etcd-client': client('etcd', 'kube-apiserver-etcd-client'),
  admin: client('main', 'kubernetes-admin', 'kubeadm:cluster-admins'),
  'super-admin': client('main', 'kubernetes-super-admin', 'system:masters'),
  'controller-manager': client('main', 'system:kube-controller-manager'),
  scheduler: client('main', 'system:kube-scheduler'),
};

export const PROFILE_NAMES: readonly string[] = Object.keys(PROFILES);

/** What a node gets for a profile; undefined where there is no such profile for its role. */
export function certificateFor(request: NodeCertificateRequest): NodeCertificate | undefined {
  const profile = Object.hasOwn(PROFILES, request.profile) ? PROFILES[request.profile] : undefined;
  if (!profile?.roles.includes(request.node.role)) return undefined;
  const { authority, usages } = profile;
  return { authority, usages, subject: profile.subject(request.node.name), hosts: profile.hosts?.(request) ?? [] };
}

/** Every name and address under which an API server is reached: by nodes, by pods, by people. */
function apiHosts(request: NodeCertificateRequest): readonly string[] {
  const domain = kubeadmLabel(request, 'dns_cluster_domain');
  return [
    request.node.name,
    API_NAME,
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${domain}`,
    '127.0.0.1',
    ...firstAddress(kubeadmLabel(request, 'service_cluster_ip_range')),
    ...request.own,
    ...request.balancers,
    ...kubeadmList(request, 'api_server_cert_sans'),
  ];
}

/** The first address of the services' range, which is the API's own. */
function firstAddress(range: string): readonly string[] {
  const parsed = parsedCidr(range);
  if (!parsed) return [];
  const base = parsed.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const first = Math.floor(base / 2 ** (32 - parsed.length)) * 2 ** (32 - parsed.length) + 1;
  return [[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')];
}
