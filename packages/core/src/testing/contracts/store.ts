import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireRoom } from '../../app/quotas.js';
import type { BayId, BayModelId, NodeGroupId, NodeId } from '../../domain/ids.js';
import type { BayStatus } from '../../domain/bay-status.js';
import type { BayRow, Page, Store } from '../../ports/store.js';
import { aBay, aBayModel, anIntent, aNode, aNodeGroup } from '../builders.js';
import { ManualClock } from '../manual-clock.js';
import { aroundBaysContract } from './around-bays.js';
import { everyFieldContract } from './every-field.js';
import { uuid } from './uuid.js';
import { workQueueContract } from './work-queue.js';

const PAGE: Page = { limit: 1000, marker: null, sortKey: 'id', descending: false };
const OWN = { projectId: 'project' };

/** What every store must do. `open` gives an empty store over the clock. */
export function storeContract(name: string, open: (clock: ManualClock) => Promise<Store>): void {
  describe(`store contract: ${name}`, () => {
    let clock: ManualClock;
    let store: Store;
    beforeEach(async () => {
      clock = new ManualClock();
      store = await open(clock);
    });
    afterEach(() => store.close());

    const withBays = async (count: number): Promise<readonly BayId[]> => {
      const ids = Array.from({ length: count }, (_unused, index) => uuid(index + 1) as BayId);
      await store.write(async (repos) => {
        await repos.bayModels.insert(aBayModel());
        for (const [index, id] of ids.entries()) await repos.bays.insert(aBay({ id, name: `bay-${index % 3}` }));
      });
      return ids;
    };

    test('keeps a bay model as it was given, hostile text included', async () => {
      const model = aBayModel({
        name: `x'"; drop table bay; --`,
        labels: { 'ä\n': '$(id) 😀', __proto__: 'x' },
        dockerVolumeSize: 7,
        public: true,
      });
      await store.write((repos) => repos.bayModels.insert(model));
      expect(await store.read((repos) => repos.bayModels.get(model.id))).toEqual({ ...model, sequence: expect.any(Number) });
      expect(await store.read((repos) => repos.bayModels.find(model.name, { projectId: 'other' }))).toHaveLength(1);
    });

    test('shows public models to all projects, hidden and private ones to their own alone', async () => {
      await store.write(async (repos) => {
        await repos.bayModels.insert(aBayModel({ id: uuid(1) as BayModelId, public: true }));
        await repos.bayModels.insert(aBayModel({ id: uuid(2) as BayModelId, public: true, hidden: true }));
        await repos.bayModels.insert(aBayModel({ id: uuid(3) as BayModelId }));
      });
      const seenBy = (projectId: string) =>
        store.read(async (repos) => (await repos.bayModels.list({ projectId }, PAGE)).map((model) => model.id));
      expect(await seenBy('other')).toEqual([uuid(1)]);
      expect(await seenBy('project')).toHaveLength(3);
    });

    test('shows hidden models that are public to those who see hidden ones, and finds by number what is visible', async () => {
      await store.write(async (repos) => {
        await repos.bayModels.insert(aBayModel({ id: uuid(1) as BayModelId, public: true, hidden: true }));
        await repos.bayModels.insert(aBayModel({ id: uuid(2) as BayModelId, hidden: true }));
      });
      const [first, second] = await store.read((repos) => repos.bayModels.list({ projectId: null }, PAGE));
      const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);
      await store.read(async ({ bayModels }) => {
        expect(ids(await bayModels.list({ projectId: 'other', seesHidden: true }, PAGE))).toEqual([uuid(1)]);
        expect(ids(await bayModels.findNumber(second?.sequence ?? 0, { projectId: 'project' }))).toEqual([uuid(2)]);
        expect(await bayModels.findNumber(second?.sequence ?? 0, { projectId: 'other', seesHidden: true })).toEqual([]);
        expect(ids(await bayModels.findNumber(first?.sequence ?? 0, { projectId: 'other', seesHidden: true }))).toEqual([
          uuid(1),
        ]);
      });
    });

    test('changes and deletes a bay model only as it was seen', async () => {
      const [first, second] = [new Date(1_700_000_000_000), new Date(1_700_000_000_001)];
      await store.write((repos) => repos.bayModels.insert(aBayModel()));
      await store.write(async ({ bayModels }) => {
        expect(await bayModels.save(aBayModel({ name: 'one', updatedAt: first }), null)).toBe(true);
        expect(await bayModels.save(aBayModel({ name: 'lost', updatedAt: second }), null)).toBe(false);
        expect(await bayModels.delete(aBayModel({ updatedAt: second }))).toBe(false);
        expect((await bayModels.list(OWN, PAGE)).map(({ name }) => name)).toEqual(['one']);
        expect(await bayModels.delete(aBayModel({ updatedAt: first }))).toBe(true);
        expect(await bayModels.list(OWN, PAGE)).toEqual([]);
      });
    });

    test('shows the labels of a bay’s model where they are asked for', async () => {
      const [id] = await withBays(1);
      await store.write((repos) => repos.bayModels.save(aBayModel({ labels: { a: 'b' } }), null));
      const labels = (rows: readonly BayRow[]) => rows.map((row) => row.modelLabels);
      await store.read(async ({ bays }) => {
        expect(labels(await bays.list(OWN, PAGE))).toEqual([null]);
        expect(labels(await bays.list(OWN, PAGE, true))).toEqual([{ a: 'b' }]);
        expect(labels(await bays.find(id ?? '', OWN))).toEqual([{ a: 'b' }]);
      });
    });

    test('writes down what is said of a bay’s health, and nothing else', async () => {
      const [id] = await withBays(1);
      const before = await store.read((repos) => repos.bays.get(id as BayId));
      await store.write((repos) => repos.bays.saveHealth(id as BayId, 'UNHEALTHY', { api: 'down' }));
      expect(await store.read((repos) => repos.bays.get(id as BayId))).toEqual({
        ...before,
        observed: { ...before?.observed, health: 'UNHEALTHY', healthReason: { api: 'down' } },
      });
    });

    test('remembers a key for one owner, until another takes over, and forgets it in time', async () => {
      const at = (milliseconds: number) => new Date(clock.now().getTime() + milliseconds);
      const begin = (owner: string, forgetBefore = at(-1_000)) =>
        store.write(({ idempotency }) =>
          idempotency.begin('key', { owner, requestHash: 'hash', now: clock.now(), busyUntil: at(60_000), forgetBefore }),
        );
      expect(await begin('one')).toEqual({
        owner: 'one',
        requestHash: 'hash',
        busyUntil: at(60_000),
        resourceId: null,
        answer: null,
      });
      expect((await begin('two')).owner).toBe('one');
      await store.write(async ({ idempotency }) => {
        expect(await idempotency.mark('key', 'two', 'x')).toBe(false);
        expect(await idempotency.takeOver('key', 'two', 'three', at(1))).toBe(false);
        expect(await idempotency.takeOver('key', 'one', 'three', at(1))).toBe(true);
        expect(await idempotency.mark('key', 'one', 'x')).toBe(false);
        expect(await idempotency.mark('key', 'three', 'made')).toBe(true);
        expect(await idempotency.takeOver('key', 'three', 'four', at(1))).toBe(false);
        await idempotency.answer('key', 'one', 'late');
        await idempotency.answer('key', 'three', 'answer');
        await idempotency.forget('key', 'one');
      });
      expect(await begin('five')).toMatchObject({ owner: 'three', resourceId: 'made', answer: 'answer' });
      expect((await begin('six', at(1))).owner).toBe('six');
    });

    test('lists what fits a filter, to the letter', async () => {
      await store.write(async ({ bayModels }) => {
        await bayModels.insert(aBayModel({ id: uuid(1) as BayModelId, name: 'one', labels: { Tier: 'x', 'a"b': 'c\\' } }));
        await bayModels.insert(aBayModel({ id: uuid(2) as BayModelId, name: 'ONE', labels: { a: '"b":"c"', tier: 'x' } }));
      });
      const found = (filter: NonNullable<Page['filter']>) =>
        store.read(async ({ bayModels }) => (await bayModels.list(OWN, { ...PAGE, filter })).map(({ name }) => name));
      expect(await found({ name: 'one' })).toEqual(['one']);
      expect(await found({ label: { name: 'tier', value: undefined } })).toEqual(['ONE']);
      expect(await found({ label: { name: 'a"b', value: 'c\\' } })).toEqual(['one']);
      expect(await found({ label: { name: 'b', value: undefined } })).toEqual([]);
      expect(await found({ updatedSince: aBayModel().createdAt, label: { name: 'Tier', value: 'x' } })).toEqual(['one']);
      expect(await found({ updatedSince: new Date(aBayModel().createdAt.getTime() + 1) })).toEqual([]);
    });

    test('counts a new status as a change, and another look as none', async () => {
      const [id] = await withBays(1);
      const bay = await store.read((repos) => repos.bays.get(id as BayId));
      if (!bay) throw new Error('the bay is missing');
      const look = async (status: BayStatus) => {
        await store.write((repos) => repos.bays.saveObserved(bay.id, { ...bay.observed, status }, 1));
        return (await store.read((repos) => repos.bays.get(bay.id)))?.updatedAt;
      };
      expect(await look('CREATE_IN_PROGRESS')).toBeNull();
      clock.advance(5);
      const changed = clock.now();
      expect(await look('CREATE_COMPLETE')).toEqual(changed);
      clock.advance(5);
      expect(await look('CREATE_COMPLETE')).toEqual(changed);
      expect(
        await store.read((repos) =>
          repos.bays.list(OWN, { ...PAGE, filter: { status: 'CREATE_COMPLETE', updatedSince: changed } }),
        ),
      ).toHaveLength(1);
    });

    test('pages through bays in any order without losing or repeating one', async () => {
      const ids = await withBays(7);
      for (const descending of [false, true]) {
        for (const sortKey of ['id', 'name', 'stack_id']) {
          const seen: string[] = [];
          for (let marker: string | null = null; ;) {
            const at: string | null = marker;
            const rows: readonly BayRow[] = await store.read((repos) =>
              repos.bays.list(OWN, { limit: 3, marker: at, sortKey, descending }),
            );
            seen.push(...rows.map((row) => row.bay.id));
            marker = rows.at(-1)?.bay.id ?? null;
            if (rows.length < 3) break;
          }
          expect(seen.toSorted(), `${sortKey} ${descending}`).toEqual([...ids].toSorted());
        }
      }
    });

    test('refuses an unknown sort key by name', async () => {
      await expect(store.read((repos) => repos.bays.list(OWN, { ...PAGE, sortKey: 'id; drop table bay' }))).rejects.toMatchObject(
        { kind: 'invalid-parameter', field: 'sort_key' },
      );
    });

    test('does not overwrite a newer wish with an older sight', async () => {
      const [id] = await withBays(1);
      const bay = await store.read((repos) => repos.bays.get(id as BayId));
      if (!bay) throw new Error('the bay is missing');
      const next = { ...bay, generation: 2, observed: { ...bay.observed, status: 'UPDATE_IN_PROGRESS' as const } };
      expect(await store.write((repos) => repos.bays.saveDesired(next, 1))).toBe(true);
      expect(await store.write((repos) => repos.bays.saveDesired(next, 1))).toBe(false);
      expect(
        await store.write((repos) => repos.bays.saveObserved(bay.id, { ...bay.observed, status: 'CREATE_COMPLETE' }, 1)),
      ).toBe(false);
      expect((await store.read((repos) => repos.bays.get(bay.id)))?.observed.status).toBe('UPDATE_IN_PROGRESS');
    });

    test('rolls the whole transaction back when a part of it fails', async () => {
      await expect(
        store.write(async (repos) => {
          await repos.bayModels.insert(aBayModel());
          throw new Error('stop');
        }),
      ).rejects.toThrow('stop');
      expect(await store.read((repos) => repos.bayModels.list({ projectId: null }, PAGE))).toEqual([]);
    });

    test('takes everything of a bay away with it', async () => {
      const [id] = await withBays(1);
      const bayId = id as BayId;
      const group = aNodeGroup({ id: uuid(50) as NodeGroupId, bayId, name: 'g', imageId: 'i', createdAt: clock.now() });
      await store.write(async (repos) => {
        await repos.nodeGroups.insert(group);
        await repos.nodes.insert(
          aNode({ id: uuid(60) as NodeId, bayId, nodeGroupId: group.id, shard: 7, createdAt: clock.now() }),
        );
        await repos.intents.put(anIntent({ bayId }));
        await repos.work.wake(bayId);
        await repos.events.append([
          {
            bayId,
            at: clock.now(),
            kind: 'status',
            source: 'magnum',
            resource: 'r',
            resourceType: 't',
            resourceId: null,
            status: 's',
            reason: null,
          },
        ]);
        await repos.bays.delete(bayId);
      });
      const left = await store.read(async (repos) => [
        await repos.nodeGroups.ofBay(bayId),
        await repos.nodes.ofBay(bayId),
        [await repos.intents.get(bayId)].filter(Boolean),
        await repos.events.list(bayId, 0, 10),
      ]);
      expect(left).toEqual([[], [], [], []]);
      expect(await store.queue.claim('me', 10)).toEqual([]);
    });

    test('keeps a newer intent when an older one is closed', async () => {
      const [id] = await withBays(1);
      const bayId = id as BayId;
      await store.write((repos) => repos.intents.put(anIntent({ bayId, generation: 2 })));
      await store.write((repos) => repos.intents.close(bayId, 1));
      expect((await store.read((repos) => repos.intents.get(bayId)))?.generation).toBe(2);
      await store.write((repos) => repos.intents.close(bayId, 2));
      expect(await store.read((repos) => repos.intents.get(bayId))).toBeUndefined();
    });

    test('lets exactly as many bays in as there is room for, however many come at a time', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, (_unused, index) =>
          store.write(async (repos) => {
            await requireRoom({ defaultClusterQuota: 10 }, repos, 'project');
            await repos.bays.insert(aBay({ id: uuid(index + 1) as BayId }));
          }),
        ),
      );
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(refused).toHaveLength(40);
      for (const reason of refused) expect(reason).toMatchObject({ kind: 'quota-exceeded' });
      expect(await store.read((repos) => repos.bays.count('project'))).toEqual({ bays: 10, nodes: 0 });
      await store.write((repos) => requireRoom({ defaultClusterQuota: 10 }, repos, 'other'));
    });

    everyFieldContract(() => ({ store, clock }));
    aroundBaysContract(() => ({ store, clock }));
    workQueueContract(() => ({ store, clock }));
  });
}
