import { describe, expect, test } from 'vitest';
import { EMPTY_RECONCILER_STATE } from '../domain/reconciler-state.js';
import { DomainError } from '../domain/errors.js';
import type { BayModelId, NodeGroupId, NodeId } from '../domain/ids.js';
import { UNSEEN_NODE, type Node, type NodeObservation } from '../domain/node.js';
import type { AddressQuestion, Cloud } from '../ports/cloud.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import { aBay, aBayModel } from '../testing/builders.js';
import { ManualClock } from '../testing/manual-clock.js';
import { engineAddresses, type AddressDeps } from './engine-addresses.js';
import { knownAddresses } from './known-addresses.js';
import type { BayState } from './bay-state.js';

const SIGNAL = new AbortController().signal;
const AT = new Date('2026-01-01T00:00:00Z');

type Seen = Partial<NodeObservation>;

function aNode(name: string, observed: Seen, more: Partial<Node> = {}): Node {
  const bay = aBay();
  return {
    id: `id-of-${name}` as NodeId, // an id by being written here
    sequence: 1,
    bayId: bay.id,
    nodeGroupId: 'group' as NodeGroupId, // likewise
    name,
    role: name.startsWith('master') ? 'master' : 'worker',
    bayModelId: 'model' as BayModelId, // likewise
    imageId: 'image',
    shard: null,
    desired: 'present',
    credentialGeneration: 0,
    observed: { ...UNSEEN_NODE, ...observed },
    createdAt: AT,
    updatedAt: null,
    ...more,
  };
}

interface Shown {
  readonly api?: string;
  readonly nodes: readonly Node[];
  readonly balanced?: boolean;
  readonly tlsDisabled?: boolean;
}

function aWorld({ api = 'tcp://198.51.100.4:2375', nodes, balanced = false, tlsDisabled = false }: Shown): BayState {
  return {
    bay: { ...aBay({ apiAddress: api, masterLbEnabled: balanced }), sequence: 1 },
    model: { ...aBayModel({ tlsDisabled }), sequence: 1 },
    nextModel: null,
    nodeGroups: [],
    nodes,
    intent: null,
    support: EMPTY_RECONCILER_STATE,
  };
}

/** A cloud that knows some servers and load balancers, and counts what it is asked. */
function aCloud(known: Readonly<Record<string, readonly string[]>>, balancers: readonly string[] = []) {
  const asked: AddressQuestion[] = [];
  const state = { known, away: false, finds: 0 };
  const clock = new ManualClock();
  const cloud: Pick<Cloud, 'addresses'> = {
    addresses: async (question) => {
      asked.push(question);
      if (state.away) throw new DomainError('cloud-unavailable', 'Neutron does not answer.');
      const ids = [...question.serverIds, ...question.balancerIds];
      return new Map(ids.flatMap((id) => (state.known[id] ? [[id, state.known[id]] as const] : [])));
    },
  };
  const orchestrator: Pick<Orchestrator, 'find'> = {
    find: async (names) => {
      state.finds += 1;
      const resources = balancers.map((physicalId) => ({ type: 'OS::Octavia::LoadBalancer', physicalId }));
      return new Map(names.map((name) => [name, { resources }])) as never; // nothing else of the stack is read
    },
  };
  const deps: AddressDeps = { cloud, orchestrator, clock, knownAddresses: knownAddresses() };
  return { deps, asked, state, clock };
}

const master: Seen = { serverId: 'm', privateAddress: '10.0.0.4', publicAddress: '198.51.100.4' };
const worker: Seen = { serverId: 'w', privateAddress: '10.0.0.5', publicAddress: '198.51.100.5' };
const TRUE = { m: ['10.0.0.4', '198.51.100.4'], w: ['10.0.0.5', '198.51.100.5'] };
/** The metadata service, this host, the database, another project's server. */
const HOSTILE = ['169.254.169.254', '127.0.0.1', '192.0.2.10', '203.0.113.9', '127.0.0.1:40533/x?', 'db.example.org', '[::1]'];

describe('addresses of engines', () => {
  test('are those of the bay’s own ports, the floating ones where the stack shows them', async () => {
    const { deps } = aCloud(TRUE);
    const world = aWorld({ nodes: [aNode('master-1', master), aNode('worker-1', worker)] });
    const found = await engineAddresses(deps, world, SIGNAL);
    expect(found.api).toBe('198.51.100.4');
    expect([...found.ofNode.values()]).toEqual(['198.51.100.4', '198.51.100.5']);
  });

  test.each(HOSTILE)('are none that only the stack’s outputs name: %s', async (address) => {
    const lie = { privateAddress: address, publicAddress: address };
    for (const balanced of [false, true]) {
      const { deps } = aCloud({ ...TRUE, lb: ['10.0.0.9', '198.51.100.9'] }, ['lb']);
      const nodes = [aNode('master-1', { ...master, ...lie }), aNode('worker-1', { ...worker, ...lie })];
      const found = await engineAddresses(deps, aWorld({ api: `tcp://${address}:2375`, nodes, balanced }), SIGNAL);
      expect(found.api).toBe(balanced ? '198.51.100.9' : '198.51.100.4');
      expect([...found.ofNode.values()]).toEqual(['198.51.100.4', '198.51.100.5']);
    }
  });

  test('are unknown for a server that is not of the project, whatever the stack calls it', async () => {
    const { deps, asked } = aCloud({ m: TRUE.m });
    const nodes = [aNode('master-1', master), aNode('worker-1', { ...worker, serverId: 'of-another-project' })];
    const found = await engineAddresses(deps, aWorld({ nodes }), SIGNAL);
    expect([...found.ofNode.keys()]).toEqual(['id-of-master-1']);
    expect((await engineAddresses(deps, aWorld({ nodes: [] }), SIGNAL)).api).toBeNull();
    const once = asked.length;
    await engineAddresses(deps, aWorld({ nodes }), SIGNAL);
    expect(asked.length).toBe(once);
  });

  test('are a staying manager’s where the one that is shown leaves', async () => {
    const { deps } = aCloud({ ...TRUE, m2: ['198.51.100.6'] });
    const leaving = aNode('master-1', master, { desired: 'absent' });
    const staying = aNode('master-2', { serverId: 'm2' });
    expect((await engineAddresses(deps, aWorld({ nodes: [leaving, staying] }), SIGNAL)).api).toBe('198.51.100.6');
    expect((await engineAddresses(deps, aWorld({ nodes: [leaving] }), SIGNAL)).api).toBe('198.51.100.4');
  });

  test('count for five minutes, for an hour while the cloud is away, and not for a node that came since', async () => {
    const { deps, asked, state, clock } = aCloud({ ...TRUE, lb: ['198.51.100.9'] }, ['lb']);
    const world = aWorld({ nodes: [aNode('master-1', master)], balanced: true });
    const api = async () => (await engineAddresses(deps, world, SIGNAL)).api;
    expect([await api(), await api(), state.finds]).toEqual(['198.51.100.9', '198.51.100.9', 1]);
    const once = asked.length;
    const grown = { ...world, nodes: [...world.nodes, aNode('worker-1', worker)] };
    expect((await engineAddresses(deps, grown, SIGNAL)).ofNode.size).toBe(2);
    expect(asked.length).toBe(once + 1);
    state.away = true;
    clock.advance(300_000);
    expect(await api()).toBe('198.51.100.9');
    clock.advance(3_300_000);
    await expect(api()).rejects.toMatchObject({ kind: 'cloud-unavailable' });
    state.away = false;
    state.known = { ...TRUE, lb: ['198.51.100.10'] };
    expect([await api(), state.finds]).toEqual(['198.51.100.10', 1]);
  });

  test('of a bay without TLS are asked for each time: nothing else proves who is there', async () => {
    const { deps, asked, state } = aCloud(TRUE);
    const world = aWorld({ nodes: [aNode('master-1', master)], tlsDisabled: true });
    expect((await engineAddresses(deps, world, SIGNAL)).api).toBe('198.51.100.4');
    state.known = { m: ['10.0.0.4'] };
    expect([(await engineAddresses(deps, world, SIGNAL)).api, asked.length]).toEqual(['10.0.0.4', 2]);
  });
});
