import { beforeEach, describe, expect, test } from 'vitest';
import type { BayId, FederationId, NodeGroupId, NodeId, X509KeyPairId } from '../../domain/ids.js';
import { UNSEEN_NODE, type Node } from '../../domain/node.js';
import type { Page, Store } from '../../ports/store.js';
import { aBay, aBayModel, aNode } from '../builders.js';
import type { ManualClock } from '../manual-clock.js';
import { uuid } from './uuid.js';

const PAGE: Page = { limit: 1000, marker: null, sortKey: 'id', descending: false };
const OWN = { projectId: 'project' };

/** What every store must do with the things around bays; `parts` gives the store of the test that runs. */
export function aroundBaysContract(parts: () => { readonly store: Store; readonly clock: ManualClock }): void {
  describe('things around bays', () => {
    let clock: ManualClock;
    let store: Store;
    beforeEach(() => {
      ({ store, clock } = parts());
    });

    test('keeps the newest credential that a node has confirmed, for nodes that the bay is to have', async () => {
      const [bayId, nodeId] = [uuid(71) as BayId, uuid(72) as NodeId];
      const node = aNode({ id: nodeId, bayId, nodeGroupId: uuid(73) as NodeGroupId, createdAt: clock.now() });
      await store.write((repos) => repos.nodes.insert(node));
      const confirm = (name: string, generation: number): Promise<boolean> =>
        store.write((repos) => repos.nodes.saveCredential(bayId, name, generation));
      const confirmed = async (): Promise<number | undefined> =>
        (await store.read((repos) => repos.nodes.ofBay(bayId)))[0]?.credentialGeneration;
      expect([await confirm('worker-1', 2), await confirmed()]).toEqual([true, 2]);
      expect([await confirm('worker-1', 2), await confirm('worker-1', 1), await confirmed()]).toEqual([true, true, 2]);
      // The conductor's observation of a node does not change what the node has confirmed.
      await store.write((repos) => repos.nodes.saveObserved(nodeId, { ...UNSEEN_NODE, serverId: 's' }));
      expect([await confirm('worker-2', 3), await confirmed()]).toEqual([false, 2]);
      await store.write((repos) => repos.nodes.setDesired(nodeId, 'absent'));
      expect(await confirm('worker-1', 3)).toBe(false);
    });

    test('lists the addresses of the masters that the bay is to have, the oldest first', async () => {
      const bayId = uuid(71) as BayId;
      const master = (number: number, privateAddress: string | null, more: Partial<Omit<Node, 'observed'>> = {}) =>
        aNode({
          id: uuid(number) as NodeId,
          bayId,
          nodeGroupId: uuid(73) as NodeGroupId,
          name: `master-${number}`,
          role: 'master',
          observed: { privateAddress },
          createdAt: clock.now(),
          ...more,
        });
      await store.write((repos) =>
        repos.nodes.insert(
          master(81, '10.0.0.9'),
          master(82, '10.0.0.5'),
          master(83, null),
          master(84, '10.0.0.6', { desired: 'absent' }),
          master(85, '10.0.0.7', { role: 'worker' }),
          master(86, '10.0.0.8', { bayId: uuid(74) as BayId }),
        ),
      );
      expect(await store.read((repos) => repos.nodes.masterAddresses(bayId))).toEqual(['10.0.0.9', '10.0.0.5']);
    });

    test('keeps the first of several secrets that are kept under one reference', async () => {
      const keep = (sealed: string): Promise<string> => store.write((repos) => repos.secrets.keep('ref', sealed));
      const kept = await Promise.all(['one', 'two', 'three'].map(keep));
      expect(new Set(kept).size).toBe(1);
      expect(await store.read((repos) => repos.secrets.get('ref'))).toBe(kept[0]);
      await store.write((repos) => repos.secrets.put('ref', 'other'));
      expect(await keep('four')).toBe('other');
    });

    test('lists records of servers among the nodes of bays, each to its project alone', async () => {
      const record = {
        id: uuid(70) as NodeId,
        projectId: 'project',
        userId: 'user',
        type: 'bm',
        imageId: null,
        ironicNodeId: 'i-1',
        createdAt: new Date(5),
        updatedAt: null,
      };
      await store.write((repos) => repos.nodes.insertRecord(record));
      await store.write((repos) => repos.nodes.insertRecord({ ...record, id: uuid(71) as NodeId, projectId: 'other' }));
      const [row] = await store.read((repos) => repos.nodes.list(OWN, {}, PAGE));
      expect(row).toMatchObject({ kind: 'record', record });
      await store.write((repos) =>
        repos.nodes.saveRecord({ ...record, sequence: 0, imageId: 'image', ironicNodeId: null, updatedAt: new Date(9) }),
      );
      expect(await store.read((repos) => repos.nodes.find(record.id, OWN))).toMatchObject([
        { record: { type: 'bm', imageId: 'image', ironicNodeId: null, updatedAt: new Date(9) } },
      ]);
      expect(await store.read((repos) => repos.nodes.list({ projectId: null }, {}, PAGE))).toHaveLength(2);
      await store.write((repos) => repos.nodes.delete(record.id));
      expect(await store.read((repos) => repos.nodes.list(OWN, {}, PAGE))).toEqual([]);
    });

    test('keeps key pairs with their bay', async () => {
      const bayId = uuid(1) as BayId;
      await store.write(async (repos) => {
        await repos.bayModels.insert(aBayModel());
        await repos.bays.insert(aBay({ id: bayId }));
      });
      const pair = {
        id: uuid(80) as X509KeyPairId,
        bayId,
        projectId: 'project',
        userId: 'user',
        name: 'Pair',
        caCertificate: 'ca',
        certificate: null,
        sealedPrivateKey: 'sealed',
        createdAt: new Date(5),
        updatedAt: null,
      };
      await store.write((repos) => repos.x509KeyPairs.insert(pair));
      for (const ident of [pair.id, 'Pair'])
        expect(await store.read((repos) => repos.x509KeyPairs.find(ident, OWN))).toMatchObject([pair]);
      expect(await store.read((repos) => repos.x509KeyPairs.find('pair', OWN))).toEqual([]);
      expect(await store.read((repos) => repos.x509KeyPairs.list({ projectId: 'other' }, PAGE))).toEqual([]);
      await store.write((repos) => repos.bays.delete(pair.bayId));
      expect(await store.read((repos) => repos.x509KeyPairs.list({ projectId: null }, PAGE))).toEqual([]);
    });

    test('keeps one quota a project, and pages through them by number', async () => {
      const quota = (projectId: string) => ({
        projectId,
        resource: 'Cluster' as const,
        hardLimit: 3,
        createdAt: clock.now(),
        updatedAt: null,
      });
      for (const project of ['b', 'a', 'c']) expect(await store.write((repos) => repos.quotas.insert(quota(project)))).toBe(true);
      expect(await store.write((repos) => repos.quotas.insert(quota('a')))).toBe(false);
      const own = await store.read((repos) => repos.quotas.get('a', 'Cluster'));
      expect(own).toEqual({ ...quota('a'), id: expect.any(Number) });
      const page = { limit: 2, marker: null, sortKey: 'project_id', descending: false };
      const first = await store.read((repos) => repos.quotas.list({ projectId: null }, page));
      expect(first.map((known) => known.projectId)).toEqual(['a', 'b']);
      const rest = await store.read((repos) => repos.quotas.list({ projectId: null }, { ...page, marker: first[1]?.id ?? 0 }));
      expect(rest.map((known) => known.projectId)).toEqual(['c']);
      expect(await store.read((repos) => repos.quotas.list({ projectId: 'b' }, page))).toHaveLength(1);
      expect(await store.write((repos) => repos.quotas.save({ ...quota('a'), hardLimit: 9 }))).toBe(true);
      expect((await store.read((repos) => repos.quotas.get('a', 'Cluster')))?.hardLimit).toBe(9);
      expect(await store.write((repos) => repos.quotas.delete('a', 'Cluster'))).toBe(true);
      expect(await store.write((repos) => repos.quotas.delete('a', 'Cluster'))).toBe(false);
      expect(await store.write((repos) => repos.quotas.save(quota('a')))).toBe(false);
    });

    test('keeps a federation, and refuses a change of what has changed', async () => {
      const federation = {
        id: uuid(9) as FederationId,
        projectId: 'project',
        name: 'world',
        hostBayId: uuid(1) as BayId,
        memberIds: [uuid(2) as BayId],
        properties: { 'dns-zone': 'x' },
        status: 'CREATE_FAILED' as const,
        statusReason: 'why',
        revision: 1,
        createdAt: clock.now(),
        updatedAt: null,
      };
      await store.write((repos) => repos.federations.insert(federation));
      const [known] = await store.read((repos) => repos.federations.find('world', OWN));
      expect(known).toEqual({ ...federation, sequence: expect.any(Number) });
      expect(await store.read((repos) => repos.federations.find('world', { projectId: 'other' }))).toEqual([]);
      expect(await store.read((repos) => repos.federations.list(OWN, PAGE))).toHaveLength(1);
      if (!known) throw new Error('the federation is missing');
      expect(await store.write((repos) => repos.federations.save({ ...known, memberIds: [], revision: 2 }, 1))).toBe(true);
      expect(await store.write((repos) => repos.federations.save({ ...known, revision: 2 }, 1))).toBe(false);
      await store.write((repos) => repos.federations.delete(known.id));
      expect(await store.read((repos) => repos.federations.list(OWN, PAGE))).toEqual([]);
    });
  });
}
