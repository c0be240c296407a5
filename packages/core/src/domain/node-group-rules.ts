import { DomainError } from './errors.js';
import { isMaster, TAINT_EFFECTS, type NodeGroup, type Taint } from './node-group.js';

type Bounds = Pick<NodeGroup, 'nodeCount' | 'minNodeCount' | 'maxNodeCount'>;

/** Zero is no limit (docs/contract/resources.md#node-group). */
export function upperBound(group: Pick<NodeGroup, 'maxNodeCount'>): number {
  return group.maxNodeCount === null || group.maxNodeCount === 0 ? Infinity : group.maxNodeCount;
}

/** Rules of a new or changed group: docs/contract/validation.md#node-groups. Throws `node-group-invalid` (409, as upstream) naming the field. */
export function checkNodeGroup(group: Bounds & Pick<NodeGroup, 'role' | 'nodeLabels' | 'nodeTaints'>): void {
  checkBounds(group);
  const described = Object.keys(group.nodeLabels ?? {}).length > 0 || (group.nodeTaints ?? []).length > 0;
  if (isMaster(group) && described)
    throw invalid('node_labels', 'node_labels and node_taints cannot be given to masters. Remove them.');
  for (const key of Object.keys(group.nodeLabels ?? {})) checkLabelKey(key);
}

function checkBounds(group: Bounds): void {
  const most = upperBound(group);
  const { nodeCount, minNodeCount } = group;
  if (minNodeCount > most)
    throw invalid('max_node_count', `min_node_count ${minNodeCount} is more than max_node_count ${most}. Raise the maximum.`);
  if (nodeCount > most)
    throw invalid(
      'node_count',
      `node_count ${nodeCount} is more than max_node_count ${most}. Raise the maximum, or ask for fewer.`,
    );
  if (nodeCount < minNodeCount)
    throw invalid(
      'node_count',
      `node_count ${nodeCount} is less than min_node_count ${minNodeCount}. Lower the minimum, or ask for more.`,
    );
}

/** What kubelets may set themselves although its prefix is Kubernetes' own. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'node.kubernetes.io/windows-build',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
const RESERVED = /(^|\.)(kubernetes|k8s)\.io$/;
const OPEN_PREFIXES = /(^|\.)(kubelet|node)\.kubernetes\.io$/;

function checkLabelKey(key: string): void {
  const at = key.indexOf('/');
  const prefix = at < 0 ? '' : key.slice(0, at);
  if (!RESERVED.test(prefix) || OPEN_PREFIXES.test(prefix) || OWN_KEYS.has(key)) return;
  throw invalid(
    'node_labels',
    `node_labels: the prefix ${prefix} is reserved. Use kubelet.kubernetes.io, node.kubernetes.io, or a domain of your own.`,
  );
}

const TEXT = /^([^=:]+)(?:=([^:]*))?:([A-Za-z]+)$/;

/** One taint as clients write it: an object, or `key=value:effect`. Throws `node-group-invalid`. */
export function parseTaint(given: unknown): Taint {
  const parts = typeof given === 'string' ? textParts(given) : given;
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) throw badTaint('it must be an object');
  const unknown = Object.keys(parts).find((name) => !['key', 'value', 'effect'].includes(name));
  if (unknown !== undefined) throw badTaint(`unknown key ${unknown.slice(0, 60)}`);
  const { key, value, effect } = parts as Readonly<Record<string, unknown>>; // an object, as was just seen
  if (typeof key !== 'string' || key === '') throw badTaint('key must be a text, and not empty');
  const known = TAINT_EFFECTS.find((name) => name === effect);
  if (!known) throw badTaint(`effect must be one of ${TAINT_EFFECTS.join(', ')}`);
  if (value === undefined || value === null) return { key, effect: known };
  if (typeof value !== 'string') throw badTaint('value must be a text');
  return { key, value, effect: known };
}

function textParts(text: string): Readonly<Record<string, unknown>> {
  const parts = TEXT.exec(text);
  if (!parts) throw badTaint('as a text it must look like key=value:NoSchedule');
  return { key: parts[1], ...(parts[2] === undefined ? {} : { value: parts[2] }), effect: parts[3] };
}

function badTaint(why: string): DomainError {
  return invalid('node_taints', `node_taints: ${why}.`);
}

function invalid(field: string, message: string): DomainError {
  return new DomainError('node-group-invalid', { field, message });
}
