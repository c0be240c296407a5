import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Knex } from 'knex';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BayId, knexStore, openMariadb, systemClock, until } from '@magnum-ts/core/testing';
import { OpenstackCloud } from '../../packages/core/src/adapters/openstack/cloud.js';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { cloudSessions } from '../../packages/core/src/adapters/openstack/sessions.js';
import { heatOrchestrator } from '../../packages/core/src/adapters/orchestrator/heat.js';
import { engineAddresses } from '../../packages/core/src/conductor/engine-addresses.js';
import { knownAddresses } from '../../packages/core/src/conductor/known-addresses.js';
import { loadBayState, type BayState } from '../../packages/core/src/conductor/bay-state.js';
import { BayFleet } from './bay-fleet.js';
import { SIGNAL, withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

await withOpenstack('addresses of engines on a real OpenStack', (cloud) => {
  let bays: BayFleet;
  let db: Knex;
  let uuid: BayId;
  /** Something of the operator's on this host. */
  let inside: Server;
  let visits = 0;

  beforeAll(async () => {
    inside = createServer((socket) => {
      visits += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(inside, 'listening');
    bays = await BayFleet.start(cloud);
    db = openMariadb({ url: bays.database });
    const model = await bays.model({ master_lb_enabled: true, tls_disabled: true });
    uuid = (await bays.create('hostile', model)) as BayId; // a bay's
    const made = await bays.settled(uuid);
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ status: 'CREATE_COMPLETE' });
  });
  afterAll(async () => {
    await bays?.remove(uuid);
    await db?.destroy();
    await bays?.stop();
    inside.close();
  });

  /** What outputs of a stack that its owner has changed leave in the database. */
  async function showEverywhere(address: string): Promise<void> {
    await db('bay')
      .where({ uuid })
      .update({ api_address: `tcp://${address}:2375` });
    const host = address.replace(/:.*$/, '');
    await db('node').where({ bay_id: uuid }).update({ private_address: host, public_address: host });
  }

  const bayState = async (): Promise<BayState> => {
    const found = await loadBayState(knexStore(db, systemClock), uuid);
    if (!found) throw new Error('the bay is gone');
    return found;
  };

  test('are those of its ports, floating addresses and load balancer, whatever its stack shows', async () => {
    const vault = { get: async () => undefined } as never; // the service's own rights look
    const sessions = cloudSessions(cloud.deps(), vault);
    const limits = { templateBytes: null, requestBytes: null, resources: null, depth: null };
    const deps = {
      cloud: new OpenstackCloud(cloud.deps(), sessions, {} as never), // addresses need none of the rules of rendering
      orchestrator: heatOrchestrator({ sessions, limits }),
      clock: systemClock,
    };
    // Nothing is known of an earlier question.
    const ask = (state: BayState) => engineAddresses({ ...deps, knownAddresses: knownAddresses() }, state, SIGNAL);
    const before = await bayState();
    const truth = await ask(withoutTrust(before));
    const { network, loadBalancer } = cloud.sessionOf('demo', 'demo');
    const { floatingips } = await dataOf(network.GET('/v2.0/floatingips', { params: { query: {} }, signal: SIGNAL }));
    const floating = floatingips.map(({ floating_ip_address: address }) => address);
    const { loadbalancers } = await dataOf(
      loadBalancer.GET('/v2/lbaas/loadbalancers', { params: { query: {} }, signal: SIGNAL }),
    );
    expect(loadbalancers).toHaveLength(1);
    expect(truth.api).toBe(/\/\/([^:]+)/.exec(before.bay.observed.apiAddress ?? '')?.[1]);
    expect(floating).toEqual(expect.arrayContaining([truth.api, ...truth.ofNode.values()]));
    expect(truth.ofNode.size).toBe(2);
    for (const address of ['169.254.169.254', '127.0.0.1:40533/x?', '172.24.4.1']) {
      await showEverywhere(address);
      expect(await ask(withoutTrust(await bayState()))).toEqual(truth);
    }
    const others = { ...withoutTrust(before), bay: { ...before.bay, projectId: 'another-project' } };
    expect((await ask(others)).ofNode.size).toBe(0);
  });

  test('that only its stack names are never connected to by a conductor', async () => {
    await showEverywhere(`127.0.0.1:${(inside.address() as AddressInfo).port}/x?`); // it listens on a port
    const { status, body } = await bays.fleet.ask('GET', `/v1/nodes/detail?bay_ident=${uuid}`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(JSON.stringify(body)).toContain('"state":"unknown"');
    const asked = (): boolean => bays.fleet.lines.some((line) => JSON.stringify(line).includes('/v2/lbaas/loadbalancers'));
    await until('the load balancers are asked', async () => asked(), { withinMs: 60_000 });
    expect(visits).toBe(0);
  });
});

/** Looked at under the service's own rights, as when its owner is gone. */
function withoutTrust(bayState: BayState): BayState {
  return { ...bayState, support: { ...bayState.support, delegate: null } };
}
