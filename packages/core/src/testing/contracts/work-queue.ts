import { describe, expect, test } from 'vitest';
import type { BayId } from '../../domain/ids.js';
import type { Lease, Store } from '../../ports/store.js';
import { aBay, aBayModel } from '../builders.js';
import type { ManualClock } from '../manual-clock.js';
import { uuid } from './uuid.js';

/** What the work queue of every store must do; `parts` gives the store of the test that runs. */
export function workQueueContract(parts: () => { readonly store: Store; readonly clock: ManualClock }): void {
  describe('the work queue', () => {
    const [bayId] = [uuid(1) as BayId];
    const wake = () => parts().store.write((repos) => repos.work.wake(bayId));
    const held = async (owner: string) => {
      const [lease] = await parts().store.queue.claim(owner, 10);
      if (!lease) throw new Error('nothing was claimed');
      return lease;
    };

    const release = (lease: Lease, lookAgainAt: Date | 'never', attempts: number) =>
      parts().store.queue.releaseAll([{ lease, lookAgainAt, attempts }]);

    test('gives an item to one claimant at a time', async () => {
      await wake();
      const claims = await Promise.all(['a', 'b', 'c'].map((owner) => parts().store.queue.claim(owner, 10)));
      expect(claims.flat()).toHaveLength(1);
    });

    test('gives it again when the lease has lapsed, and lets only the newest claim write', async () => {
      await wake();
      const old = await held('a');
      parts().clock.advance(31_000);
      const young = await held('b');
      await expect(parts().store.writeUnder(old, async () => 'written')).rejects.toMatchObject({ kind: 'lease-lost' });
      expect(await parts().store.queue.renewAll([old])).toEqual([]);
      expect(await parts().store.writeUnder(young, async () => 'written')).toBe('written');
      await release(old, 'never', 0);
      expect(await parts().store.queue.claim('c', 10)).toEqual([]);
    });

    test('a lost lease rolls back what was written under it', async () => {
      await wake();
      const old = await held('a');
      parts().clock.advance(31_000);
      await held('b');
      await expect(parts().store.writeUnder(old, (repos) => repos.secrets.put('x', 'y'))).rejects.toMatchObject({
        kind: 'lease-lost',
      });
      expect(await parts().store.read((repos) => repos.secrets.get('x'))).toBeUndefined();
    });

    test('rests until it is due, or until it is woken', async () => {
      await wake();
      await release(await held('a'), new Date(parts().clock.now().getTime() + 5_000), 1);
      expect(await parts().store.queue.claim('a', 10)).toEqual([]);
      parts().clock.advance(5_000);
      expect((await held('a')).attempts).toBe(1);
    });

    test('does not lose a wake that came during the pass', async () => {
      await wake();
      const lease = await held('a');
      await wake();
      await release(lease, 'never', 0);
      expect(await parts().store.queue.claim('a', 10)).toHaveLength(1);
    });

    test('lets projects take turns: a thousand due bays of one do not keep another one waiting', async () => {
      await parts().store.write(async (repos) => {
        await repos.bayModels.insert(aBayModel());
        for (let number = 1; number <= 1_000; number += 1) {
          await repos.bays.insert(aBay({ id: uuid(number) as BayId, projectId: 'large' }));
          await repos.work.wake(uuid(number) as BayId);
        }
      });
      parts().clock.advance(60_000);
      for (const [number, projectId] of [
        [2_001, 'small'],
        [2_002, 'small'],
        [2_003, 'other'],
      ] as const) {
        await parts().store.write(async (repos) => {
          await repos.bays.insert(aBay({ id: uuid(number) as BayId, projectId }));
          await repos.work.wake(uuid(number) as BayId);
        });
      }
      const claimed = await parts().store.queue.claim('me', 100);
      expect(
        claimed
          .slice(0, 4)
          .map((lease) => lease.projectId)
          .toSorted(),
      ).toEqual(['large', 'large', 'other', 'small']);
      expect(claimed.filter((lease) => lease.projectId === 'small')).toHaveLength(2);
      expect(claimed).toHaveLength(100);
      expect(await parts().store.queue.claim('me', 2_000)).toHaveLength(903);
    });

    test('prolongs and gives back many at a time, each under its own claim', async () => {
      const ids = Array.from({ length: 230 }, (_unused, index) => uuid(index + 1) as BayId);
      await parts().store.write((repos) => repos.work.ensure(ids));
      const leases = await parts().store.queue.claim('a', 500);
      expect(leases).toHaveLength(230);
      parts().clock.advance(31_000);
      const [lost] = await parts().store.queue.claim('b', 1);
      const held = await parts().store.queue.renewAll(leases);
      expect(held.map((lease) => lease.bayId).toSorted()).toEqual(ids.filter((id) => id !== lost?.bayId).toSorted());
      const later = new Date(parts().clock.now().getTime() + 5_000);
      await parts().store.write((repos) => repos.work.wake(uuid(7) as BayId));
      await parts().store.queue.releaseAll(
        leases.map((lease, index) => ({ lease, lookAgainAt: index % 2 === 0 ? later : 'never', attempts: 3 })),
      );
      const again = await parts().store.queue.claim('c', 500);
      expect(again.map((lease) => lease.bayId)).toEqual([uuid(7)]);
      parts().clock.advance(5_000);
      const due = await parts().store.queue.claim('c', 500);
      expect(due.length).toBeGreaterThanOrEqual(113);
      expect(due.every((lease) => lease.attempts === 3 && lease.bayId !== lost?.bayId)).toBe(true);
    });

    test('makes missing items, and leaves those alone that are there', async () => {
      await wake();
      await release(await held('a'), 'never', 2);
      await parts().store.write((repos) => repos.work.ensure([bayId, uuid(2) as BayId]));
      expect((await parts().store.queue.claim('a', 10)).map((lease) => lease.bayId)).toEqual([uuid(2)]);
    });

    test('tells when the next item can be claimed', async () => {
      expect(await parts().store.queue.nextDue()).toBeUndefined();
      await wake();
      expect(await parts().store.queue.nextDue()).toEqual(parts().clock.now());
      await held('a');
      expect(await parts().store.queue.nextDue()).toEqual(new Date(parts().clock.now().getTime() + 30_000));
    });
  });
}
