import { beforeEach, describe, expect, test } from 'vitest';
import type { BayDesired, BayObserved } from '../../domain/bay.js';
import type { BayId, BayModelId, ContainerId, NodeGroupId, NodeId, StackName } from '../../domain/ids.js';
import { EMPTY_RECONCILER_STATE } from '../../domain/reconciler-state.js';
import type { Page, Store } from '../../ports/store.js';
import { aBay, aBayModel, anIntent, aNode, aNodeGroup } from '../builders.js';
import type { ManualClock } from '../manual-clock.js';
import { uuid } from './uuid.js';

const PAGE: Page = { limit: 1000, marker: null, sortKey: 'id', descending: false };
const OWN = { projectId: 'project' };
const [BAY, MODEL] = [uuid(1) as BayId, uuid(2) as BayModelId];
const TIMES = { createdAt: new Date(1_000), updatedAt: new Date(2_000) };
const READ = { sequence: expect.any(Number) as number };

const DESIRED: BayDesired = {
  bayModelId: MODEL,
  keypair: 'a keypair',
  dockerVolumeSize: 3,
  labels: { of: 'the bay' },
  masterFlavorId: 'a master flavor',
  flavorId: 'a flavor',
  createTimeout: 4,
  discoveryUrl: 'a wanted URL',
  fixedNetwork: 'a network',
  fixedSubnet: 'a subnet',
  floatingIpEnabled: true,
  masterLbEnabled: false,
  caGeneration: 5,
  credentialGeneration: 6,
};
const OBSERVED: BayObserved = {
  status: 'UPDATE_COMPLETE',
  statusReason: 'a reason',
  stackId: 'a stack',
  apiAddress: 'an address',
  discoveryUrl: 'an observed URL',
  coeVersion: 'a version',
  containerVersion: 'another version',
  masterAddresses: ['of', 'masters'],
  nodeAddresses: ['of nodes'],
  health: 'UNHEALTHY',
  healthReason: { api: 'down' },
  acceptedGeneration: 7,
};

/** Every field of an object, with a value that no other field has, is read as it was written: none is lost, and no two are confused. */
export function everyFieldContract(parts: () => { readonly store: Store; readonly clock: ManualClock }): void {
  describe('every field', () => {
    let clock: ManualClock;
    let store: Store;
    beforeEach(() => {
      ({ store, clock } = parts());
    });

    test('of a bay, when it is made and when its two halves change', async () => {
      const bay = {
        ...aBay({ id: BAY, name: 'a name', generation: 8, userId: 'a user' }),
        desired: DESIRED,
        observed: OBSERVED,
        ...TIMES,
      };
      const read = () => store.read((repos) => repos.bays.get(BAY));
      await store.write((repos) => repos.bays.insert(bay));
      expect(await read()).toEqual({ ...bay, ...READ });
      const wanted = { ...DESIRED, floatingIpEnabled: false, masterLbEnabled: true, labels: {}, createTimeout: 0, keypair: null };
      const seen = {
        ...OBSERVED,
        statusReason: null,
        masterAddresses: [],
        health: null,
        healthReason: {},
        acceptedGeneration: 9,
      };
      await store.write(async ({ bays }) => {
        expect(await bays.saveDesired({ ...bay, generation: 9, desired: wanted, updatedAt: null }, 8)).toBe(true);
        expect(await bays.saveObserved(BAY, seen, 9)).toBe(true);
      });
      const after = { ...bay, ...READ, generation: 9, desired: wanted, observed: seen, updatedAt: null };
      expect(await read()).toEqual(after);
      expect(await store.read((repos) => repos.bays.list(OWN, PAGE))).toEqual([
        { bay: after, nodeCount: 0, masterCount: 0, modelLabels: null },
      ]);
    });

    test('of a node group and of a node, alone and with what belongs to them', async () => {
      const group = aNodeGroup({
        stackId: 'a stack',
        id: uuid(3) as NodeGroupId,
        bayId: BAY,
        name: 'a group',
        role: 'a role',
        flavorId: 'a flavor',
        imageId: 'an image',
        nodeCount: 3,
        minNodeCount: 2,
        maxNodeCount: 4,
        dockerVolumeSize: 5,
        labels: { of: 'the group' },
        nodeLabels: { of: 'its nodes' },
        nodeTaints: [{ key: 'a key', effect: 'NoSchedule' }],
        version: 'a version',
        isDefault: false,
        status: 'UPDATE_FAILED',
        statusReason: 'a reason',
        ...TIMES,
      });
      const node = aNode({
        id: uuid(4) as NodeId,
        bayId: BAY,
        nodeGroupId: group.id,
        name: 'a node',
        role: 'master',
        bayModelId: MODEL,
        imageId: 'another image',
        shard: 6,
        zone: 'nova-b',
        desired: 'absent',
        credentialGeneration: 7,
        enrolment: 'awaited',
        observed: {
          status: 'DELETE_FAILED',
          reason: 'another reason',
          serverId: 'a server',
          privateAddress: 'inside',
          publicAddress: 'outside',
        },
        ...TIMES,
      });
      await store.write(async (repos) => {
        await repos.bayModels.insert(aBayModel({ id: MODEL, serverType: 'bm' }));
        await repos.bays.insert(aBay({ id: BAY, bayModelId: MODEL }));
        await repos.nodeGroups.insert(group);
        await repos.nodes.insert(node, { ...node, id: uuid(5) as NodeId, name: 'another node', desired: 'present' });
      });
      await store.read(async ({ nodeGroups, nodes }) => {
        expect(await nodeGroups.ofBay(BAY)).toEqual([{ ...group, ...READ }]);
        expect(await nodeGroups.list(BAY, 'a role', PAGE)).toEqual([{ ...group, ...READ }]);
        expect(await nodeGroups.find(BAY, 'a group')).toEqual([{ group: { ...group, ...READ }, addresses: ['outside'] }]);
        expect((await nodes.ofBays([BAY]))[0]).toEqual({ ...node, ...READ });
        const row = { kind: 'node', node: { ...node, ...READ }, nodeGroup: { name: 'a group' }, serverType: 'bm' };
        expect(await nodes.find(node.id, OWN)).toEqual([row]);
        expect(await nodes.enrolmentOf(BAY, 'another node')).toMatchObject({ state: 'awaited', secretHash: null });
      });
    });

    test('of an intent, an event and what the conductor remembers', async () => {
      const intent = anIntent({
        bayId: BAY,
        operation: 'update',
        generation: 2,
        rollbackOnFailure: true,
        upgrade: { bayModelId: MODEL, imageId: 'an image', labels: {}, groupIds: [], maxBatchSize: 1, ofBay: true },
        batch: 3,
        startedAt: new Date(4_000),
        deadline: new Date(5_000),
        traceparent: 'a trace',
      });
      const event = {
        ...{ bayId: BAY, at: new Date(6_000), kind: 'stack' as const, source: 'stack' as const, resource: 'a resource' },
        ...{ resourceType: 'a type', resourceId: 'an id', status: 'a status', reason: 'a reason' },
      };
      const state = { ...EMPTY_RECONCILER_STATE, caRef: 'a reference', certificatesUntil: '2026-02-01T00:00:00.000Z' };
      await store.write(async (repos) => {
        await repos.intents.put(intent);
        await repos.events.append([event, { ...event, resourceId: null, reason: null }]);
        await repos.support.save(BAY, state);
      });
      await store.read(async ({ intents, events, support }) => {
        expect(await intents.ofBays([BAY])).toEqual([intent]);
        const [first, second] = await events.list(BAY, 0, 10);
        expect(first).toEqual({ ...event, id: expect.any(Number) });
        expect(await events.list(BAY, first?.id ?? 0, 10)).toEqual([second]);
        expect([await support.get(BAY), (await support.ofBays([BAY])).get(BAY)]).toEqual([state, state]);
      });
    });

    test('of a container, a departed bay and a service', async () => {
      const container = {
        ...{ id: uuid(6) as ContainerId, bayId: BAY, projectId: 'project', userId: 'a user', name: 'a name', image: 'an image' },
        ...{ command: 'a command', memory: '5m', environment: { PASSWORD: 'x' }, status: 'Paused' as const, ...TIMES },
      };
      const departed = {
        ...{ id: BAY, projectId: 'project', userId: 'a user', stackName: 'a-stack' as StackName },
        ...{ caGeneration: 2, credentialGeneration: 3, lookAt: new Date(4_000) },
      };
      await store.write(async (repos) => {
        await repos.containers.insert(container);
        await repos.departedBays.add([departed]);
        for (let beat = 0; beat < 2; beat += 1) await repos.services.beat('a host', 'a binary', clock.now());
      });
      await store.read(async ({ containers, departedBays, services }) => {
        expect(await containers.find('a name', OWN)).toEqual([{ ...container, ...READ }]);
        expect(await containers.list(OWN, uuid(9) as BayId, PAGE)).toEqual([]);
        expect(await departedBays.due(clock.now(), 10)).toEqual([departed]);
        expect(await services.list()).toEqual([
          {
            ...{ id: expect.any(Number), host: 'a host', binary: 'a binary', reportCount: 2, disabled: false },
            ...{ disabledReason: null, lastSeenUp: clock.now(), createdAt: clock.now(), updatedAt: clock.now() },
          },
        ]);
      });
    });
  });
}
