import type { V1Node, V1Taint } from '@kubernetes/client-node';
import type { NodeDescription } from '../../../domain/node-description.js';
import type { EngineVersions, NodeReport } from '../../../ports/bay-driver.js';
import { attempt, unlessGone } from './attempt.js';
import type { Connection, Connections } from './connection.js';
import { itemsOf } from './kinds.js';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
/** Annotation of a node that this service has cordoned because it was to leave. One that is cordoned by others has none. */
const LEAVING = 'magnum.openstack.org/leaving';
/** Annotation of a control plane that is drained and has to end its API server: the time when it was asked to, RFC 3339. */
export const DRAINED = 'magnum.openstack.org/drained';
/** Annotation of a node: JSON of `Given`. */
const GIVEN = 'magnum.openstack.org/given';

export function listNodes(core: Connection, signal: AbortSignal): Promise<readonly V1Node[]> {
  return attempt('list the nodes', signal, async (bounds) => itemsOf(await (await core(bounds)).listNode()));
}

/** Undefined for a node that Kubernetes does not know. */
export function findNode(core: Connection, name: string, signal: AbortSignal): Promise<V1Node | undefined> {
  return unlessGone(attempt(`find the node ${name}`, signal, async (bounds) => (await core(bounds)).readNode({ name })));
}

export function isReady({ status }: V1Node): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
}

export async function reportNodes(core: Connection, signal: AbortSignal): Promise<readonly NodeReport[]> {
  return (await listNodes(core, signal)).map((node) => ({
    name: node.metadata?.name ?? '',
    role: isControlPlane(node) ? 'master' : 'worker',
    state: stateOf(node),
    availability: node.spec?.unschedulable === true ? 'cordoned' : 'schedulable',
    address: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? null,
    engineVersion: node.status?.nodeInfo?.kubeletVersion ?? null,
  }));
}

function isControlPlane({ metadata }: V1Node): boolean {
  return metadata?.labels?.[CONTROL_PLANE] !== undefined;
}

/** A node whose kubelet has not reported for some time has the condition `Unknown`. */
function stateOf({ status }: V1Node): NodeReport['state'] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  if (ready === undefined) return 'unknown';
  return ready === 'True' ? 'ready' : 'down';
}

/** The API's own version, and the runtime of a control plane (`containerd://1.6.20`): every health check asks for them, and a list of all nodes is long. */
export async function versionsOf({ core, version }: Connections, signal: AbortSignal): Promise<EngineVersions | undefined> {
  const { gitVersion } = await attempt('ask for the version', signal, async (bounds) => (await version(bounds)).getCode());
  const [master] = await attempt('ask a control plane for its runtime', signal, async (bounds) =>
    itemsOf(await (await core(bounds)).listNode({ labelSelector: CONTROL_PLANE, limit: 1 })),
  );
  const runtime = master?.status?.nodeInfo?.containerRuntimeVersion;
  if (!gitVersion || !runtime) return undefined;
  return { coe: gitVersion, containerRuntime: runtime.replace(/^[a-z-]+:\/\//, '') };
}

/** What this service has given a node, so that it can be taken away again: names of labels, and taints as `key:effect`. */
interface Given {
  readonly labels: readonly string[];
  readonly taints: readonly string[];
}

/** JSON Patch (RFC 6902) that cordons a node; undefined where it is cordoned. */
export function cordonOf({ metadata, spec }: V1Node): readonly object[] | undefined {
  if (spec?.unschedulable === true) return undefined;
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
    { op: 'add', path: '/metadata/annotations', value: { ...metadata?.annotations, [LEAVING]: 'true' } },
    { op: 'add', path: '/spec/unschedulable', value: true },
  ];
}

/**
 * Labels and taints of node groups. A node that was to leave and stays, after a rollback, takes pods again. Marks that others have set stay, so each node has a note of those that come from here. A node is changed only
 * where it differs, and only as it was read: a change that came in between refuses this one, and the next health check repeats it.
 */
export async function labelNodes(core: Connection, wanted: readonly NodeDescription[], signal: AbortSignal): Promise<void> {
  const nodes = new Map((await listNodes(core, signal)).map((node) => [node.metadata?.name, node]));
  for (const description of wanted) {
    const node = nodes.get(description.name);
    const body = node && changeOf(node, description);
    if (!body) continue;
    const { name } = description;
    await attempt(`label the node ${name}`, signal, async (bounds) => (await core(bounds)).patchNode({ name, body }));
  }
}

/** JSON Patch (RFC 6902); undefined where the node is as it should be. */
export function changeOf(node: V1Node, { labels, taints }: NodeDescription): readonly object[] | undefined {
  const { annotations = {}, labels: present = {}, resourceVersion } = node.metadata ?? {};
  const known = givenIn(annotations[GIVEN]);
  const next: Given = { labels: Object.keys(labels).toSorted(), taints: taints.map(idOf).toSorted() };
  const nextLabels = { ...without(present, known.labels), ...labels };
  const others = (node.spec?.taints ?? []).filter(
    (taint) => !known.taints.includes(idOf(taint)) && !next.taints.includes(idOf(taint)),
  );
  const nextTaints = [...others, ...taints];
  const stays = annotations[LEAVING] !== undefined;
  const isSame =
    !stays &&
    annotations[DRAINED] === undefined &&
    JSON.stringify(known) === JSON.stringify(next) &&
    sorted(nextLabels) === sorted(present) &&
    taintsText(nextTaints) === taintsText(node.spec?.taints ?? []);
  if (isSame) return undefined;
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'add', path: '/metadata/labels', value: nextLabels },
    {
      op: 'add',
      path: '/metadata/annotations',
      value: { ...without(annotations, [LEAVING, DRAINED]), [GIVEN]: JSON.stringify(next) },
    },
    { op: 'add', path: '/spec/taints', value: nextTaints },
    ...(stays ? [{ op: 'add', path: '/spec/unschedulable', value: false }] : []),
  ];
}

/** A note that others have changed counts as none: then nothing of theirs is taken away. */
function givenIn(text: string | undefined): Given {
  try {
    const { labels, taints }: Partial<Given> = Object(JSON.parse(text ?? '{}'));
    return { labels: textsIn(labels), taints: textsIn(taints) };
  } catch {
    return { labels: [], taints: [] };
  }
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function without(labels: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

/** A node has one taint of a key and effect. */
function idOf({ key, effect }: Pick<V1Taint, 'key' | 'effect'>): string {
  return `${key}:${effect}`;
}

function taintsText(taints: readonly Pick<V1Taint, 'key' | 'effect' | 'value'>[]): string {
  return JSON.stringify(taints.map((taint) => `${idOf(taint)}=${taint.value ?? ''}`).toSorted());
}

function sorted(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
