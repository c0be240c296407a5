import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { membersIn, type EtcdMember } from '../../packages/core/src/coe/kubernetes/session/etcd.js';
import { exampleBayFor } from '../../packages/core/src/coe/shared/testing/example-bays.js';
import { inside, nodeContainer, runChecks } from './docker.js';
import { clustersCanBeMade, etcdctlOn, KubeadmCluster } from './kubeadm-cluster.js';

const isPossible = await clustersCanBeMade('test/e2e/control-planes.test.ts');
const signal = new AbortController().signal;
const WORKER = 'worker-00c8';
/** The fourth and the fifth are made for those that leave. */
const [FIRST, SECOND, THIRD, FOURTH, FIFTH] = ['master-0064', 'master-0065', 'master-0066', 'master-0067', 'master-0068'];
const cluster = new KubeadmCluster(exampleBayFor(kubeadm, { managers: 5, workers: 1, desired: { floatingIpEnabled: false } }));

const leaving = (name: string) => ({ name, role: 'master' }) as const;
/** The message of the control plane at which another one joins, as its stack passes it on. */
const invitationOf = async (node: string): Promise<string> => {
  const { id, data } = await cluster.signalled(node);
  return JSON.stringify({ [id]: data });
};
const members = async (node: string): Promise<readonly EtcdMember[]> =>
  membersIn(await etcdctlOn(cluster.instance, node, 'member', 'list'));
const namesOf = async (node: string): Promise<readonly string[]> => (await members(node)).map(({ name }) => name).toSorted();
const readyNodes = async (node: string): Promise<readonly string[]> => {
  const shown = await cluster.kubectlOn(
    node,
    'get',
    'nodes',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
  );
  return shown
    .split('\n')
    .flatMap((line) => (line.endsWith('=True') ? [line.slice(0, -'=True'.length)] : []))
    .toSorted();
};
const drained = async (at: string, node: string): Promise<void> => {
  const session = await cluster.session(at);
  await until(`${node} is drained`, async () => (await session.drainNodes?.([leaving(node)], signal))?.length === 0, {
    withinMs: 120_000,
    everyMs: 1_000,
  });
  await session.releaseNodes?.([node], signal);
};

describe.skipIf(!isPossible)('control planes of a cluster', () => {
  beforeAll(async () => {
    await cluster.start();
    await cluster.boot(FIRST, { absent: [FOURTH, FIFTH] });
    const invitation = await invitationOf(FIRST);
    // Both at the same time, as a stack makes them: etcd takes one learner at a time, and kubeadm waits for its turn.
    for (const node of [SECOND, THIRD, WORKER]) await cluster.boot(node, { invitation, absent: [FOURTH, FIFTH] });
    await Promise.all([SECOND, THIRD, WORKER].map((node) => cluster.signalled(node)));
  }, 1_900_000);
  afterAll(() => cluster.destroy(), 120_000);

  test('three of them are Ready, and each runs a member of etcd', async () => {
    expect(await readyNodes(FIRST)).toEqual([FIRST, SECOND, THIRD, WORKER]);
    expect(await members(THIRD)).toEqual(
      [FIRST, SECOND, THIRD].map(() => expect.objectContaining({ isLearner: false, clientUrl: expect.stringMatching(/:2379$/) })),
    );
    expect(await namesOf(SECOND)).toEqual([FIRST, SECOND, THIRD]);
  });

  test('one that was killed is removed from etcd, and another one takes its place', async () => {
    await (await nodeContainer(cluster.instance, THIRD)).kill();
    await drained(FIRST, THIRD);
    expect(await namesOf(FIRST)).toEqual([FIRST, SECOND]);
    await cluster.deleteServer(THIRD);
    await cluster.boot(FOURTH, { invitation: await invitationOf(FIRST), absent: [THIRD, FIFTH] });
    await cluster.signalled(FOURTH);
    expect(await namesOf(FIRST)).toEqual([FIRST, SECOND, FOURTH]);
    expect(await readyNodes(FIRST)).toEqual([FIRST, SECOND, FOURTH, WORKER]);
  }, 600_000);

  test('the one that made the cluster can leave, and the next one joins at another', async () => {
    await drained(SECOND, FIRST);
    expect(await namesOf(SECOND)).toEqual([SECOND, FOURTH]);
    await cluster.deleteServer(FIRST);
    await cluster.boot(FIFTH, { invitation: await invitationOf(SECOND), absent: [FIRST, THIRD] });
    await cluster.signalled(FIFTH);
    expect(await namesOf(SECOND)).toEqual([SECOND, FOURTH, FIFTH]);
  }, 600_000);

  test('a worker that used the API of the one that left goes on with another one', async () => {
    cluster.cloud.controlPlanes = [FOURTH, SECOND].map((node) => cluster.addressOf(node));
    const apiName = (): Promise<string> => inside(cluster.instance, WORKER, 'grep', 'kubernetes.magnum.internal', '/etc/hosts');
    expect(await apiName()).toContain(cluster.addressOf(FIRST));
    await runChecks(cluster.instance, WORKER);
    expect(await apiName()).toBe(`${cluster.addressOf(FOURTH)} kubernetes.magnum.internal`);
    await until('the worker reports to it', async () => (await readyNodes(SECOND)).includes(WORKER), {
      withinMs: 120_000,
      everyMs: 1_000,
    });
  }, 180_000);

  test('a healthy one stays while the others would have no majority without it', async () => {
    await (await nodeContainer(cluster.instance, FIFTH)).kill();
    const session = await cluster.session(SECOND);
    const round = async () => (await session.drainNodes?.([leaving(FOURTH)], signal)) ?? [];
    await until('the workloads are gone', async () => (await round()).every(({ isVital }) => isVital), {
      withinMs: 120_000,
      everyMs: 1_000,
    });
    expect(await round()).toEqual([
      { node: FOURTH, isVital: true, why: 'etcd would lose its majority: 1 of its 2 other members answer, and 2 must' },
    ]);
    expect(await namesOf(SECOND)).toEqual([SECOND, FOURTH, FIFTH]);
  }, 300_000);
});
