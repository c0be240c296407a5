import { expect, test } from 'vitest';
import { exampleBay } from '../../coe/shared/testing/example-bays.js';
import { swarmMode } from '../../coe/swarm/drivers/swarm-mode/driver.js';
import { ACCESS, aWorld, SIGNAL } from './engine.test-support.js';

const EXAMPLES = {
  plain: {},
  'several managers behind a balancer': { managers: 3, desired: { masterLbEnabled: true }, model: { masterLbEnabled: true } },
  'volumes and floating addresses': { desired: { dockerVolumeSize: 5, floatingIpEnabled: true } },
};

test.each(Object.entries(EXAMPLES))('a bay (%s) comes up, and leaves nothing behind', { timeout: 20_000 }, async (_, example) => {
  const world = await aWorld();
  const input = exampleBay({
    ...example,
    model: {
      imageId: 'fedora-atomic-latest',
      flavorId: 'm1.small',
      masterFlavorId: 'm1.small',
      keypairId: 'default',
      ...('model' in example ? example.model : {}),
    },
    desired: {
      keypair: 'default',
      flavorId: 'm1.small',
      masterFlavorId: 'm1.small',
      ...('desired' in example ? example.desired : {}),
    },
  });
  const spec = swarmMode.render({
    ...input,
    nodeGroups: input.nodeGroups.map((group) => ({ ...group, flavorId: 'm1.small' })),
    nodes: input.nodes.map((node) => ({ ...node, imageId: 'debian-12' })),
  });
  const { id } = await world.engine.create(spec, ACCESS, SIGNAL);
  const stack = await world.waitUntilSettled(spec.name);
  expect(stack?.reason).toBe('Stack CREATE completed successfully');
  expect(Object.keys(stack?.outputs ?? {})).toContain('api_address');
  await world.engine.delete(id, ACCESS, SIGNAL);
  expect(await world.waitUntilSettled(spec.name)).toBeUndefined();
  expect(await world.db('simulated_part').whereNot({ part_key: '0c1d6a52-3b0e-4f55-8f0a-5d6f5b1a0001' })).toEqual([]);
  await world.close();
});
