import { operations, type OperationId } from '@magnum-ts/openapi';
import { execFileSync } from 'node:child_process';
import { MODEL } from './service.js';

/** What exists, by the name of the path parameter that asks for it. */
type Idents = Readonly<Record<string, string>>;

/** Undefined: the operation wants no body. */
export function bodyOf(id: OperationId, idents: Idents): unknown {
  return BODIES[id]?.(idents);
}

/** Objects of Kubernetes, which are asked for in a bay. */
export const MANIFESTS = /Pod|ReplicationController|(?<!Magnum)Services?(Detail|OfBay)?$/;

/** The query that an operation needs; empty for most. */
export function queryOf(id: OperationId, idents: Idents): string {
  if (id === 'executeContainer') return '?command=ls';
  const parameters: readonly { readonly name: string }[] = operations[id].queryParams;
  return MANIFESTS.test(id) && parameters.some(({ name }) => name === 'bay_ident')
    ? `?bay_ident=${idents['bay_ident'] ?? ''}`
    : '';
}

const csr = (): string =>
  execFileSync(
    'openssl',
    ['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', '/dev/null', '-subj', '/CN=x'],
    { encoding: 'utf8', stdio: 'pipe' },
  );

type ManifestNoun = 'Pod' | 'Service' | 'ReplicationController';
type Bodies = Partial<Record<OperationId, (idents: Idents) => unknown>>;

function manifestBodies(noun: ManifestNoun, manifest: string): Bodies {
  const patch = (): unknown => [{ op: 'replace', path: '/manifest', value: manifest }];
  return {
    [`create${noun}`]: (idents: Idents) => ({ bay_uuid: idents['bay_ident'], manifest }),
    [`update${noun}`]: patch,
    [`update${noun}OfBay`]: patch,
  };
}

/** Something right to say to each operation that wants a body. */
const BODIES: Bodies = {
  loadBayImage: () => ({ image: 'busybox' }),
  loadClusterImage: () => ({ image: 'busybox' }),
  createBayModel: () => ({ ...MODEL, name: 'tour' }),
  updateBayModel: () => [{ op: 'replace', path: '/name', value: 'toured' }],
  createBay: (idents) => ({ baymodel_id: idents['baymodel_ident'], name: 'tour' }),
  updateBay: () => [{ op: 'replace', path: '/node_count', value: 2 }],
  createClusterTemplate: () => ({ ...MODEL, name: 'tour' }),
  updateClusterTemplate: () => [{ op: 'replace', path: '/name', value: 'toured' }],
  createCluster: (idents) => ({ cluster_template_id: idents['baymodel_ident'], name: 'tour' }),
  updateCluster: () => [{ op: 'replace', path: '/node_count', value: 1 }],
  createContainer: (idents) => ({ bay_uuid: idents['bay_ident'], image: 'busybox' }),
  updateContainer: () => [{ op: 'replace', path: '/image', value: 'alpine' }],
  resizeCluster: () => ({ node_count: 2 }),
  upgradeCluster: (idents) => ({ cluster_template: idents['baymodel_ident'] }),
  createNodeGroup: () => ({ name: 'extra' }),
  updateNodeGroup: () => [{ op: 'replace', path: '/max_node_count', value: 9 }],
  createQuota: (idents) => ({ project_id: idents['project_id'], hard_limit: 30 }),
  updateQuota: () => ({ hard_limit: 40 }),
  createFederation: (idents) => ({
    name: 'world',
    hostcluster_id: idents['bay_ident'],
    properties: { 'dns-zone': 'example.org' },
  }),
  updateFederation: (idents) => [{ op: 'add', path: '/member_ids', value: idents['bay_ident'] }],
  ...manifestBodies('Pod', '{metadata: {name: pod-1}, spec: {containers: [{name: c, image: nginx}]}}'),
  ...manifestBodies('Service', '{metadata: {name: service-1}, spec: {ports: [{port: 80}]}}'),
  ...manifestBodies(
    'ReplicationController',
    '{metadata: {name: rc-1}, spec: {selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}',
  ),
  createNode: () => ({ type: 'bm', image_id: 'debian-12' }),
  updateNode: () => [{ op: 'replace', path: '/type', value: 'vm' }],
  createX509KeyPair: (idents) => ({ bay_uuid: idents['bay_ident'], name: 'tour', private_key: 'secret' }),
  createCertificate: (idents) => ({ bay_uuid: idents['bay_ident'], csr: csr() }),
};
