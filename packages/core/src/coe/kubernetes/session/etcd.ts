import type { V1Pod } from '@kubernetes/client-node';
import type { UndrainedNode } from '../../../domain/drain.js';
import { DomainError, isDomainError } from '../../../domain/errors.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { attempt } from './attempt.js';
import type { Connection } from './connection.js';
import { execIn } from './exec.js';
import { itemsOf } from './kinds.js';

/*
 * The members of etcd. Each control plane runs one, as a pod of its kubelet. A member that is not removed before its server is gone counts
 * for the majority for ever: after two such replacements a cluster of three stands still. So a control plane that leaves is removed from etcd
 * first, and a removal that would leave the others without a majority is not made, also after the time limit of the drain.
 *
 * etcd listens to control planes alone, so the question runs where it is answered: `etcdctl` in the pod of a member that stays.
 */

export interface EtcdMember {
  /** Hexadecimal, as `etcdctl` takes it. */
  readonly id: string;
  /** Of its node; empty while the member has not started. */
  readonly name: string;
  readonly clientUrl: string;
  /** A member that does not vote yet. */
  readonly isLearner: boolean;
}

const PKI = '/etc/kubernetes/pki/etcd';
const ETCDCTL = [
  'etcdctl',
  '--endpoints=https://127.0.0.1:2379',
  `--cacert=${PKI}/ca.crt`,
  `--cert=${PKI}/healthcheck-client.crt`,
  `--key=${PKI}/healthcheck-client.key`,
  '--command-timeout=5s',
];

/** Clusters have five control planes at most. */
const MOST_ASKED = 5;

/** What a node that may leave etcd waits for beside it; undefined where it waits for nothing. */
export type Readiness = (name: string) => Promise<string | undefined>;

/** Runs `etcdctl` with these words in the pod of a member that stays, and returns what it printed, whatever its exit status. */
type Etcdctl = (...words: readonly string[]) => Promise<string>;

/**
 * Removes the members of these nodes, each when `whatWaits` names nothing more. Returns those nodes whose member has to stay for now, and why.
 * A node without a member is done.
 */
export async function removeMembers(
  input: ConnectInput,
  core: Connection,
  { names, whatWaits }: { readonly names: readonly string[]; readonly whatWaits: Readiness },
  signal: AbortSignal,
): Promise<readonly UndrainedNode[]> {
  if (names.length === 0) return [];
  const pods = await etcdPods(core, signal);
  if (!pods.some(({ spec }) => names.includes(spec?.nodeName ?? '')) && pods.length > 0) return [];
  const staying = pods.find((pod) => isReady(pod) && !names.includes(pod.spec?.nodeName ?? ''));
  const pod = staying?.metadata?.name;
  if (pod === undefined) return names.map((node) => vital(node, 'no other control plane runs a member of etcd'));
  return removeBy(etcdctlIn(input, pod, signal), names, whatWaits);
}

function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

function etcdctlIn(input: ConnectInput, pod: string, signal: AbortSignal): Etcdctl {
  return async (...words) => {
    const target = { namespace: 'kube-system', pod, container: 'etcd' };
    const { stdout, stderr, exitCode } = await execIn(input, target, [...ETCDCTL, ...words], signal);
    // A cluster with a member that does not answer is an error to `endpoint health`, and its answer still names the others.
    if (exitCode === 0 || stdout !== '') return stdout;
    throw new DomainError('engine-failed', `etcdctl ${words[0]} failed: ${stderr.trim().slice(0, 300)}`);
  };
}

/**
 * Client URLs of the members that do not answer, of so many in all. All control planes are asked at the same time, and the first answer counts:
 * for forty seconds Kubernetes takes the pods of a node that was lost for ready. Throws where none can be asked.
 */
export async function silentMembers(
  input: ConnectInput,
  core: Connection,
  signal: AbortSignal,
): Promise<{ readonly total: number; readonly silent: readonly string[] }> {
  const pods = (await etcdPods(core, signal)).filter(isReady).slice(0, MOST_ASKED);
  if (pods.length === 0) throw new DomainError('engine-failed', 'No control plane runs a member of etcd that is ready.');
  const asked = pods.map(async ({ metadata }) => {
    const etcdctl = etcdctlIn(input, metadata?.name ?? '', signal);
    return answersIn(await etcdctl('endpoint', 'health', '--cluster', '-w', 'json', '--command-timeout=2s'));
  });
  const answers = await Promise.any(asked).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error;
  });
  return { total: answers.length, silent: answers.filter(({ isHealthy }) => !isHealthy).map(({ url }) => url) };
}

function etcdPods(core: Connection, signal: AbortSignal): Promise<readonly V1Pod[]> {
  return attempt('list the pods of etcd', signal, async (bounds) =>
    itemsOf(await (await core(bounds)).listNamespacedPod({ namespace: 'kube-system', labelSelector: 'component=etcd' })),
  );
}

/** One after the other, unhealthy members first: each removal changes what the majority is. */
async function removeBy(etcdctl: Etcdctl, names: readonly string[], whatWaits: Readiness): Promise<readonly UndrainedNode[]> {
  const healthy = healthyUrls(await etcdctl('endpoint', 'health', '--cluster', '-w', 'json'));
  let members = membersIn(await etcdctl('member', 'list', '-w', 'simple'));
  const leaving = members.filter(({ name }) => names.includes(name));
  const kept: UndrainedNode[] = [];
  for (const member of leaving.toSorted((one, other) => Number(isHealthy(one, healthy)) - Number(isHealthy(other, healthy)))) {
    const problem = removalProblem(members, member, healthy);
    const why = problem ?? (await whatWaits(member.name));
    if (why !== undefined) {
      kept.push({ node: member.name, why, isVital: problem !== undefined });
      continue;
    }
    const staying = members.find((other) => !names.includes(other.name) && !other.isLearner && isHealthy(other, healthy));
    if (staying) await moveLeader(etcdctl, { from: member, to: staying });
    await etcdctl('member', 'remove', member.id);
    members = members.filter(({ id }) => id !== member.id);
  }
  return kept;
}

/**
 * A leader that is removed leaves the others without one until they have elected the next, and the API answers nothing meanwhile. Best effort: a
 * member that leads no more, or does not answer, refuses this.
 */
async function moveLeader(etcdctl: Etcdctl, { from, to }: { readonly from: EtcdMember; readonly to: EtcdMember }): Promise<void> {
  const leader = leaderIn(await etcdctl('endpoint', 'status', '--cluster', '-w', 'json'));
  if (leader !== from.id) return;
  await etcdctl('move-leader', to.id, '--endpoints', from.clientUrl).catch((error: unknown) => {
    if (!isDomainError(error, 'engine-failed')) throw error;
  });
}

/** The id of the leader, hexadecimal, of `endpoint status --cluster -w json`; read from the text, because JavaScript has no such numbers in JSON. */
export function leaderIn(text: string): string | undefined {
  const [, leader] = /"leader":\s*"?([1-9][0-9]{0,19})"?[,}]/.exec(text) ?? [];
  return leader === undefined ? undefined : BigInt(leader).toString(16);
}

function vital(node: string, why: string): UndrainedNode {
  return { node, why, isVital: true };
}

/** Why a member must stay; undefined where the others have a majority without it. Learners have no vote. */
export function removalProblem(
  members: readonly EtcdMember[],
  member: EtcdMember,
  healthy: ReadonlySet<string>,
): string | undefined {
  if (member.isLearner) return undefined;
  const others = members.filter(({ id, isLearner }) => id !== member.id && !isLearner);
  const alive = others.filter((other) => isHealthy(other, healthy)).length;
  const majority = Math.floor(others.length / 2) + 1;
  if (alive >= majority) return undefined;
  return `etcd would lose its majority: ${alive} of its ${others.length} other members answer, and ${majority} must`;
}

function isHealthy({ clientUrl }: EtcdMember, healthy: ReadonlySet<string>): boolean {
  return healthy.has(clientUrl);
}

/** Lines of `member list -w simple`: id, status, name, peer URLs, client URLs, whether it is a learner. In JSON, ids are numbers that JavaScript cannot hold. */
export function membersIn(text: string): readonly EtcdMember[] {
  return text
    .split('\n')
    .map((line) => line.split(', '))
    .filter(([id = '']) => /^[0-9a-f]{1,16}$/.test(id))
    .map(([id = '', , name = '', , clientUrl = '', isLearner = '']) => ({
      id,
      name,
      clientUrl,
      isLearner: isLearner.trim() === 'true',
    }));
}

/** Client URLs of the members that answered. */
export function healthyUrls(text: string): ReadonlySet<string> {
  return new Set(
    answersIn(text)
      .filter(({ isHealthy }) => isHealthy)
      .map(({ url }) => url),
  );
}

/** Of `endpoint health --cluster -w json`: each member's client URL, and whether it answered well. */
function answersIn(text: string): readonly { readonly url: string; readonly isHealthy: boolean }[] {
  const answers = parsed(text);
  if (!Array.isArray(answers)) throw new DomainError('engine-failed', 'etcdctl endpoint gave no list of members.');
  return answers.map((one: unknown) => ({
    url: String(Object(one).endpoint).slice(0, 200),
    isHealthy: Object(one).health === true,
  }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
