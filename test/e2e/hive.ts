import type { Magnum } from '@magnum-ts/sdk';
import { expect } from 'vitest';

type NewModel = Parameters<Magnum['bayModels']['create']>[0];

/** The bay model `swarm` of the smallest nodes. */
export async function aSwarmModel(magnum: Magnum, change: Partial<NewModel> = {}): Promise<void> {
  await magnum.bayModels.create({
    name: 'swarm',
    coe: 'swarm-mode',
    image_id: 'debian-12',
    keypair_id: 'default',
    external_network_id: 'public',
    flavor_id: 'm1.small',
    ...change,
  });
}

/** A complete bay of a manager and a worker, whose nodes look every few seconds for what they should hold. */
export async function aHive(magnum: Magnum): ReturnType<Magnum['bays']['waitUntil']> {
  await aSwarmModel(magnum, { labels: { certificate_check_interval: '5' } });
  const { uuid } = await magnum.bays.create({ name: 'hive', baymodel_id: 'swarm', node_count: 1 });
  const bay = await magnum.bays.waitUntil(uuid, { intervalMs: 500, timeoutMs: 150_000 });
  expect(bay.status, bay.status_reason ?? '').toBe('CREATE_COMPLETE');
  return bay;
}
