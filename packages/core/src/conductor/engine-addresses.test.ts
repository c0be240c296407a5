import { describe, expect, test } from 'vitest';
import { DomainError } from '../domain/errors.js';
import type { NodeId } from '../domain/ids.js';
import type { Node, NodeObservation } from '../domain/node.js';
import type { AddressQuestion, Cloud } from '../ports/cloud.js';
import type { Orchestrator } from '../ports/orchestrator.js';
import { aBay, aBayModel, aBayState, aNode } from '../testing/builders.js';
import { ManualClock } from '../testing/manual-clock.js';
import { engineAddresses, type AddressDeps } from './engine-addresses.js';
import { knownAddresses } from './known-addresses.js';
import type { BayState } from './bay-state.js';

const SIGNAL = new AbortController().signal;

type Seen = Partial<NodeObservation>;

function nodeOf(name: string, observed: Seen, more: Partial<Omit<Node, 'observed'>> = {}): Node {
  const role = name.startsWith('master') ? 'master' : 'worker';
  return aNode({ id: `id-of-${name}` as NodeId, name, role, observed, ...more }); // an id by being written here
}

interface Shown {
  readonly api?: string;
  readonly nodes: readonly Node[];
  readonly balanced?: boolean;
  readonly tlsDisabled?: boolean;
}

function stateOf({ api = 'tcp://198.51.100.4:2375', nodes, balanced = false, tlsDisabled = false }: Shown): BayState {
  return aBayState({ bay: aBay({ apiAddress: api, masterLbEnabled: balanced }), model: aBayModel({ tlsDisabled }), nodes });
}

/** A cloud that knows some servers and load balancers, and counts what it is asked. */
function aCloud(known: Readonly<Record<string, readonly string[]>>, balancers: readonly string[] = []) {
  const asked: AddressQuestion[] = [];
  const fake = { known, away: false, finds: 0 };
  const clock = new ManualClock();
  const cloud: Pick<Cloud, 'addresses'> = {
    addresses: async (question) => {
      asked.push(question);
      if (fake.away) throw new DomainError('cloud-unavailable', 'Neutron does not answer.');
      const ids = [...question.serverIds, ...question.balancerIds];
      return new Map(ids.flatMap((id) => (fake.known[id] ? [[id, fake.known[id]] as const] : [])));
    },
  };
  const orchestrator: Pick<Orchestrator, 'find'> = {
    find: async (names) => {
      fake.finds += 1;
      const resources = balancers.map((physicalId) => ({ type: 'OS::Octavia::LoadBalancer', physicalId }));
      return new Map(names.map((name) => [name, { resources }])) as never; // nothing else of the stack is read
    },
  };
  const deps: AddressDeps = { cloud, orchestrator, clock, knownAddresses: knownAddresses() };
  return { deps, asked, fake, clock };
}

const master: Seen = { serverId: 'm', privateAddress: '10.0.0.4', publicAddress: '198.51.100.4' };
const worker: Seen = { serverId: 'w', privateAddress: '10.0.0.5', publicAddress: '198.51.100.5' };
const TRUE = { m: ['10.0.0.4', '198.51.100.4'], w: ['10.0.0.5', '198.51.100.5'] };
/** The metadata service, this host, the database, another project's server. */
const HOSTILE = ['169.254.169.254', '127.0.0.1', '192.0.2.10', '203.0.113.9', '127.0.0.1:40533/x?', 'db.example.org', '[::1]'];

describe('addresses of engines', () => {
  test('are those of the bay’s own ports, the floating ones where the stack shows them', async () => {
    const { deps } = aCloud(TRUE);
    const state = stateOf({ nodes: [nodeOf('master-1', master), nodeOf('worker-1', worker)] });
    const found = await engineAddresses(deps, state, SIGNAL);
    expect(found.api).toBe('198.51.100.4');
    expect([...found.ofNode.values()]).toEqual(['198.51.100.4', '198.51.100.5']);
  });

  test.each(['10.0.0.9', 'https://10.0.0.9:6443', '198.51.100.9'])(
    'of a load balancer are the shown one, a URL or an address alone: %s',
    async (api) => {
      const { deps } = aCloud({ ...TRUE, lb: ['10.0.0.9', '198.51.100.9'] }, ['lb']);
      const state = stateOf({ api, nodes: [nodeOf('master-1', master)], balanced: true });
      expect((await engineAddresses(deps, state, SIGNAL)).api).toBe(/10\.0\.0\.9|198\.51\.100\.9/.exec(api)?.[0]);
    },
  );

  test.each(HOSTILE)('are none that only the stack’s outputs name: %s', async (address) => {
    const lie = { privateAddress: address, publicAddress: address };
    for (const balanced of [false, true]) {
      const { deps } = aCloud({ ...TRUE, lb: ['10.0.0.9', '198.51.100.9'] }, ['lb']);
      const nodes = [nodeOf('master-1', { ...master, ...lie }), nodeOf('worker-1', { ...worker, ...lie })];
      const found = await engineAddresses(deps, stateOf({ api: `tcp://${address}:2375`, nodes, balanced }), SIGNAL);
      expect(found.api).toBe(balanced ? '198.51.100.9' : '198.51.100.4');
      expect([...found.ofNode.values()]).toEqual(['198.51.100.4', '198.51.100.5']);
    }
  });

  test('are unknown for a server that is not of the project, whatever the stack calls it', async () => {
    const { deps, asked } = aCloud({ m: TRUE.m });
    const nodes = [nodeOf('master-1', master), nodeOf('worker-1', { ...worker, serverId: 'of-another-project' })];
    const found = await engineAddresses(deps, stateOf({ nodes }), SIGNAL);
    expect([...found.ofNode.keys()]).toEqual(['id-of-master-1']);
    expect((await engineAddresses(deps, stateOf({ nodes: [] }), SIGNAL)).api).toBeNull();
    const once = asked.length;
    await engineAddresses(deps, stateOf({ nodes }), SIGNAL);
    expect(asked.length).toBe(once);
  });

  test('are a staying manager’s where the one that is shown leaves', async () => {
    const { deps } = aCloud({ ...TRUE, m2: ['198.51.100.6'] });
    const leaving = nodeOf('master-1', master, { desired: 'absent' });
    const staying = nodeOf('master-2', { serverId: 'm2' });
    expect((await engineAddresses(deps, stateOf({ nodes: [leaving, staying] }), SIGNAL)).api).toBe('198.51.100.6');
    expect((await engineAddresses(deps, stateOf({ nodes: [leaving] }), SIGNAL)).api).toBe('198.51.100.4');
  });

  test('count for five minutes, for an hour while the cloud is away, and not for a node that came since', async () => {
    const { deps, asked, fake, clock } = aCloud({ ...TRUE, lb: ['198.51.100.9'] }, ['lb']);
    const state = stateOf({ nodes: [nodeOf('master-1', master)], balanced: true });
    const api = async () => (await engineAddresses(deps, state, SIGNAL)).api;
    expect([await api(), await api(), fake.finds]).toEqual(['198.51.100.9', '198.51.100.9', 1]);
    const once = asked.length;
    const grown = { ...state, nodes: [...state.nodes, nodeOf('worker-1', worker)] };
    expect((await engineAddresses(deps, grown, SIGNAL)).ofNode.size).toBe(2);
    expect(asked.length).toBe(once + 1);
    fake.away = true;
    clock.advance(300_000);
    expect(await api()).toBe('198.51.100.9');
    clock.advance(3_300_000);
    await expect(api()).rejects.toMatchObject({ kind: 'cloud-unavailable' });
    fake.away = false;
    fake.known = { ...TRUE, lb: ['198.51.100.10'] };
    expect([await api(), fake.finds]).toEqual(['198.51.100.10', 1]);
  });

  test('of a bay without TLS are asked for each time: nothing else proves who is there', async () => {
    const { deps, asked, fake } = aCloud(TRUE);
    const state = stateOf({ nodes: [nodeOf('master-1', master)], tlsDisabled: true });
    expect((await engineAddresses(deps, state, SIGNAL)).api).toBe('198.51.100.4');
    fake.known = { m: ['10.0.0.4'] };
    expect([(await engineAddresses(deps, state, SIGNAL)).api, asked.length]).toEqual(['10.0.0.4', 2]);
  });
});
