import { expect, test, vi } from 'vitest';
import type { CloudAccess, FactsRequest } from '@magnum-ts/core/testing';
import { OpenstackCloud } from '../../packages/core/src/adapters/openstack/cloud.js';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { cloudSessions } from '../../packages/core/src/adapters/openstack/sessions.js';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { KUBEADM_BAYS } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/example-bays.test-support.js';
import { mesosDriver } from '../../packages/core/src/coe/mesos/drivers/mesos/driver.js';
import { MESOS_BAYS } from '../../packages/core/src/coe/mesos/drivers/mesos/example-bays.test-support.js';
import { EXAMPLE_BAYS, exampleBay, exampleBayFor } from '../../packages/core/src/coe/shared/testing/example-bays.js';
import { swarmMode } from '../../packages/core/src/coe/swarm/drivers/swarm-mode/driver.js';
import { SHARD_SIZE } from '../../packages/core/src/domain/shards.js';
import type { StackSpec } from '../../packages/core/src/ports/orchestrator.js';
import { DEMO, SIGNAL, withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 120_000 });

await withOpenstack('Glance, Nova and Neutron', (cloud) => {
  const deps = cloud.deps();
  const sessions = cloudSessions(deps, { get: () => Promise.resolve(undefined) });
  const subject = new OpenstackCloud(deps, sessions, {
    authUrl: 'http://keystone.example/v3',
    magnumUrl: null,
    regionName: 'RegionOne',
    cloudCa: '',
    verifyCloudCa: true,
    serverGroupPolicy: 'soft-anti-affinity',
    dockerVolumeType: '',
  });
  const demo = (): Promise<CloudAccess> => cloud.accessOf('demo', 'demo');

  test('images are found by name and by id, with their distribution', async () => {
    const access = await demo();
    const found = await subject.findImage('debian-12', access, SIGNAL);
    expect(found).toMatchObject({ name: 'debian-12', distro: 'debian' });
    expect(await subject.findImage(found?.id ?? '', access, SIGNAL)).toEqual(found);
    expect(await subject.findImage('no-distro', access, SIGNAL)).toMatchObject({ distro: undefined });
    for (const absent of ['absent', '00000000-0000-4000-8000-000000000000', 'a/b?c=d&name=debian-12', '../images'])
      expect(await subject.findImage(absent, access, SIGNAL), absent).toBeUndefined();
  });

  test('flavors are found by name and by id, key pairs by name among the caller’s own', async () => {
    const access = await demo();
    const found = await subject.findFlavor('m1.small', access, SIGNAL);
    expect(found).toMatchObject({ name: 'm1.small' });
    expect(await subject.findFlavor(found?.id ?? '', access, SIGNAL)).toEqual(found);
    expect(await subject.findFlavor('absent', access, SIGNAL)).toBeUndefined();
    expect(await subject.findKeypair('demokey', access, SIGNAL)).toEqual({ name: 'demokey' });
    expect(await subject.findKeypair('demokey', await cloud.accessOf('other', 'other'), SIGNAL)).toBeUndefined();
    expect(await subject.findKeypair('../flavors', access, SIGNAL)).toBeUndefined();
  });

  test('networks and subnets are found by name and by id; an ambiguous name is refused as ambiguous', async () => {
    const access = await demo();
    const external = await subject.findNetwork('public', access, SIGNAL);
    expect(external).toMatchObject({ external: true });
    expect(await subject.findNetwork(external?.id ?? '', access, SIGNAL)).toEqual(external);
    const subnet = await subject.findSubnet('private-subnet', access, SIGNAL);
    expect(subnet).toMatchObject({ cidr: '10.20.0.0/16' });
    expect(await subject.findNetwork('private', access, SIGNAL)).toEqual({ id: subnet?.networkId, external: false });
    await expect(subject.findNetwork('twin', access, SIGNAL)).rejects.toMatchObject({
      kind: 'not-unique',
      message: 'Several networks have the name twin; use the id of one.',
    });
    await expect(subject.findSubnet('twin-subnet', access, SIGNAL)).rejects.toMatchObject({ kind: 'not-unique' });
  });

  test('what rendering needs comes from names, the catalog and the configuration', async () => {
    const request: FactsRequest = {
      bayId: 'bay',
      externalNetwork: null,
      fixedNetwork: null,
      fixedSubnet: null,
      fixedSubnetCidr: undefined,
      dockerVolumeType: undefined,
    };
    const access = await demo();
    const external = await subject.findNetwork('public', access, SIGNAL);
    expect(await subject.facts(request, access, SIGNAL)).toMatchObject({
      authUrl: 'http://keystone.example/v3',
      magnumUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
      fixedSubnetCidr: '10.0.0.0/24',
      fixedNetworkId: null,
      externalNetworkId: external?.id,
      dockerVolumeType: null,
    });
    const subnet = await subject.findSubnet('private-subnet', access, SIGNAL);
    expect(await subject.facts({ ...request, fixedSubnet: 'private-subnet' }, access, SIGNAL)).toMatchObject({
      fixedNetworkId: subnet?.networkId,
      fixedSubnetId: subnet?.id,
    });
    // The range counts, too: what the bay lets in from its own network.
    for (const named of [{ fixedSubnet: 'private-subnet' }, { fixedNetwork: 'private' }])
      expect((await subject.facts({ ...request, ...named }, access, SIGNAL)).fixedSubnetCidr).toBe('10.20.0.0/16');
    await expect(subject.facts({ ...request, fixedNetwork: 'absent' }, access, SIGNAL)).rejects.toMatchObject({ status: 400 });
  });

  const descriptionOf = async ({ template, files }: StackSpec): Promise<unknown> => {
    const access = await demo();
    const answer = await dataOf(
      sessions.of(access).orchestration.POST('/v1/{project_id}/validate', {
        params: { path: { project_id: access.projectId } },
        body: { template: { ...template }, files: { ...files } },
        signal: SIGNAL,
      }),
    );
    return answer['Description'];
  };

  test.each(Object.entries(EXAMPLE_BAYS))('the stack of the bay "%s" is valid for Heat', async (_name, input) => {
    expect(await descriptionOf(swarmMode.render(input))).toBe('A Docker swarm');
  });

  test.each(Object.entries(KUBEADM_BAYS))('the stack of the bay of Kubernetes "%s" is valid for Heat', async (_name, example) => {
    expect(await descriptionOf(kubeadm.render(exampleBayFor(kubeadm, example)))).toBe('A Kubernetes cluster');
  });

  test.each(Object.entries(MESOS_BAYS))('the stack of the bay of Mesos "%s" is valid for Heat', async (_name, example) => {
    expect(await descriptionOf(mesosDriver.render(exampleBayFor(mesosDriver, example)))).toBe('A Mesos cluster');
  });

  test('the stack of a bay of 100 workers is valid for Heat, with every node in its shards', async () => {
    const { template, files } = swarmMode.render(exampleBay({ workers: 100, shardSize: SHARD_SIZE, clusterInNames: true }));
    const { projectId } = await demo();
    const answer = await cloud.call(DEMO, 'orchestration', {
      method: 'POST',
      path: `/v1/${projectId}/validate?show_nested=true`,
      body: { template, files },
    });
    const { NestedParameters: nested } = answer as { readonly NestedParameters: Nested }; // Heat's answer
    const shards = Object.entries(nested).filter(([name]) => name.startsWith('nodes-'));
    expect(shards.map(([, shard]) => Object.keys(shard.NestedParameters ?? {}).length)).toEqual([50, 50]);
  });
});

type Nested = Readonly<Record<string, { readonly NestedParameters?: Readonly<Record<string, unknown>> }>>;
