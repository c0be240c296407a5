import { describe, expect, test } from 'vitest';
import { kubeadm } from '../../kubernetes/drivers/kubeadm/driver.js';
import { swarmMode } from '../../swarm/drivers/swarm-mode/driver.js';
import { exampleBayFor, type Example } from '../testing/example-bays.js';

const MACHINES = { fixedNetwork: 'machines' } as const;
const MODEL = { serverType: 'bm' } as const;

describe.each([kubeadm, swarmMode])('servers of the type bm, by $name', (driver) => {
  const fieldsOf = (example: Example): readonly string[] =>
    (driver.check?.(exampleBayFor(driver, { ...example, model: { ...MODEL, ...example.model } })) ?? []).map(
      ({ field }) => field,
    );

  test('need the network of their machines', () => {
    expect(fieldsOf({})).toEqual(['fixed_network']);
    expect(fieldsOf({ desired: MACHINES })).toEqual([]);
  });

  test.each<[string, Example]>([
    ['docker_volume_size', { desired: { ...MACHINES, dockerVolumeSize: 5 } }],
    ['docker_volume_size', { desired: MACHINES, model: { dockerVolumeSize: 5 } }],
    ['docker_volume_size', { desired: MACHINES, extraGroup: { name: 'big', dockerVolumeSize: 5 } }],
    ['labels.boot_volume_size', { desired: { ...MACHINES, labels: { boot_volume_size: '10' } } }],
    ['labels.boot_volume_size', { desired: MACHINES, extraGroup: { name: 'big', labels: { boot_volume_size: '10' } } }],
    ['labels.etcd_volume_size', { desired: { ...MACHINES, labels: { etcd_volume_size: '10' } } }],
  ])('are refused volumes: %s', (field, example) => {
    expect(fieldsOf(example)).toEqual([field]);
  });

  test('have no volume, no floating address and no group, and read their user data from a drive', () => {
    const facts = { fixedNetworkId: 'net-1', fixedSubnetId: 'subnet-1' };
    const input = exampleBayFor(driver, { desired: MACHINES, model: MODEL, facts });
    const stack = driver.render(input);
    const texts = [JSON.stringify(stack.template), ...Object.values(stack.files)].filter((text) => text.startsWith('{'));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(text).not.toMatch(/OS::(Nova::ServerGroup|Neutron::FloatingIP|Cinder::)|scheduler_hints/);
    expect(texts.filter((text) => /"config_drive": ?true/.test(text)).length).toBeGreaterThan(0);
    expect(driver.withoutEffect?.({ ...input.model, labels: {} }).map(({ field }) => field)).toEqual(['floating_ip_enabled']);
  });
});
