import { afterEach, beforeEach, expect, test } from 'vitest';
import { aBayModel, type BayId, type BayModelId } from '@magnum-ts/core/testing';
import { createBay } from '../../packages/core/src/app/bays.js';
import { createNodeGroup } from '../../packages/core/src/app/node-groups.js';
import { upgradeBay } from '../../packages/core/src/app/upgrade.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import { askForBay, HIVE, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** A driver that takes one image alone, asked on each way by which an image comes into a bay. */
let machine: Machine;
let process: Process;
let bayId: BayId;
const signal = new AbortController().signal;
beforeEach(async () => {
  machine = await aMachine();
  const registry = driverRegistry(false);
  const driverOf: typeof registry.driverOf = (model) => ({
    ...registry.driverOf(model),
    checkImage: ({ name }, labels) =>
      name === 'debian-12' ? [] : [{ field: 'labels.kube_tag', message: `${name} does not fit ${labels['kube_tag']}` }],
  });
  process = await startProcess(machine, { ...registry, driverOf });
  bayId = await askForBay(process.app);
  await work(process.deps, machine, async () => {
    const bay = await process.app.store.read((repos) => repos.bays.get(bayId));
    return bay?.observed.status === 'CREATE_COMPLETE';
  });
  const other = { name: 'other', imageId: 'ubuntu-24.04', clusterDistro: 'ubuntu', labels: { kube_tag: 'x' } };
  const fields = { flavorId: 'm1.small', externalNetworkId: 'public' };
  const id = 'a0000000-0000-4000-8000-000000000009' as BayModelId; // an id by being given here
  await process.app.store.write((repos) => repos.bayModels.insert(aBayModel({ ...fields, ...other, id })));
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

const refused = (tag?: string) => ({
  kind: 'invalid-parameter',
  field: 'labels.kube_tag',
  message: expect.stringContaining(`does not fit ${tag}`),
});

test('an upgrade that the driver cannot make is refused before anything is written', async () => {
  const driver = process.app.engines.driverOf(aBayModel({ coe: 'swarm-mode' }));
  const registry = driverRegistry(false);
  const checkUpgrade = (): readonly { field: string; message: string }[] => [
    { field: 'labels.kube_tag', message: 'not by an upgrade' },
  ];
  const engines = { ...registry, ...process.app.engines, driverOf: () => ({ ...driver, checkImage: () => [], checkUpgrade }) };
  const before = await process.app.store.read((repos) => repos.bays.get(bayId));
  const upgrade = { bayModel: 'other', maxBatchSize: 1, group: null, check: () => undefined };
  await expect(upgradeBay({ ...process.app, engines }, may('cluster:upgrade'), bayId, upgrade, signal)).rejects.toMatchObject({
    kind: 'invalid-parameter',
    field: 'labels.kube_tag',
    message: expect.stringContaining('not by an upgrade'),
  });
  expect(await process.app.store.read((repos) => repos.bays.get(bayId))).toEqual(before);
});

test('an image that does not fit is refused for a new bay, an upgrade and a new node group', async () => {
  await expect(
    createBay(process.app, may('bay:create'), { ...HIVE, name: 'b', bayModel: 'other' }, signal),
  ).rejects.toMatchObject(refused('x'));
  const upgrade = { bayModel: 'other', maxBatchSize: 1, group: null, check: () => undefined };
  await expect(upgradeBay(process.app, may('cluster:upgrade'), bayId, upgrade, signal)).rejects.toMatchObject(refused('x'));
  const group = { name: 'extra', role: 'worker', imageId: 'ubuntu-24.04', labels: { kube_tag: 'x' } };
  const whole = { flavorId: null, nodeCount: 1, minNodeCount: 0, maxNodeCount: null, mergeLabels: false, dockerVolumeSize: null };
  const more = { nodeLabels: null, nodeTaints: null, version: null };
  await expect(
    createNodeGroup(process.app, may('nodegroup:create'), bayId, { ...whole, ...more, ...group }, signal),
  ).rejects.toMatchObject(refused());
});
