import { expect, test } from 'vitest';
import { coes } from '../../coe/index.js';
import { kubeadm } from '../../coe/kubernetes/drivers/kubeadm/driver.js';
import { exampleBayFor } from '../../coe/shared/testing/example-bays.js';
import { ACCESS, aHotEngine, SIGNAL } from './engine.test-support.js';

const EXAMPLES = {
  plain: {},
  'several managers behind a balancer': { managers: 3, desired: { masterLbEnabled: true }, model: { masterLbEnabled: true } },
  'volumes and floating addresses': { desired: { dockerVolumeSize: 5, floatingIpEnabled: true } },
};

const CASES = coes
  .flatMap((coe) => coe.drivers)
  .flatMap((driver) => Object.entries(EXAMPLES).map(([name, example]) => ({ driver, name, example })));

test.each(CASES)(
  'a bay of $driver.name ($name) comes up, and leaves nothing behind',
  { timeout: 20_000 },
  async ({ driver, example }) => {
    const hot = await aHotEngine();
    const input = exampleBayFor(driver, {
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
    const spec = driver.render({
      ...input,
      nodeGroups: input.nodeGroups.map((group) => ({ ...group, flavorId: 'm1.small' })),
      nodes: input.nodes.map((node) => ({ ...node, imageId: 'debian-12' })),
    });
    const { id } = await hot.engine.create(spec, ACCESS, SIGNAL);
    const stack = await hot.waitUntilSettled(spec.name);
    expect(stack?.reason).toBe('Stack CREATE completed successfully');
    expect(Object.keys(stack?.outputs ?? {})).toContain('api_address');
    await hot.engine.delete(id, ACCESS, SIGNAL);
    expect(await hot.waitUntilSettled(spec.name)).toBeUndefined();
    expect(await hot.db('simulated_part').whereNot({ part_key: '0c1d6a52-3b0e-4f55-8f0a-5d6f5b1a0001' })).toEqual([]);
    await hot.close();
  },
);

test(
  'a group of Kubernetes is a stack whose nodes tell their servers, as the autoscaler looks for them',
  { timeout: 20_000 },
  async () => {
    const hot = await aHotEngine();
    const input = exampleBayFor(kubeadm, {
      workers: 2,
      model: { imageId: 'debian-12', flavorId: 'm1.small', masterFlavorId: 'm1.small', keypairId: 'default' },
    });
    const spec = kubeadm.render({ ...input, nodes: input.nodes.map((node) => ({ ...node, imageId: 'debian-12' })) });
    await hot.engine.create(spec, ACCESS, SIGNAL);
    const stack = await hot.waitUntilSettled(spec.name);
    const at = (...path: readonly string[]): string | null | undefined =>
      stack?.resources.find((resource) => resource.path.join('/') === path.join('/'))?.physicalId;
    const holder = ['group-default-worker-00000002', 'kube_minions'];
    const seen = stack && kubeadm.interpret(stack, input);
    for (const node of ['worker-00c8', 'worker-00c9']) {
      const server = at(...holder, node, 'kube-minion');
      expect(server).toMatch(/^[0-9a-f-]{36}$/);
      expect(at(...holder, node, 'node_config_deployment')).toBeDefined();
      expect([...(seen?.nodes.values() ?? [])].map(({ serverId }) => serverId)).toContain(server);
    }
    expect([...(seen?.nodes.values() ?? [])].map(({ privateAddress }) => privateAddress)).not.toContain(null);
    const group = input.nodeGroups.find(({ name }) => name === 'default-worker');
    expect([...(seen?.groupStacks ?? [])]).toEqual([[group?.id, at('group-default-worker-00000002')]]);
    await hot.close();
  },
);
