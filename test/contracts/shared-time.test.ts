import type { Knex } from 'knex';
import { expect, test } from 'vitest';
import { silentLogger } from '@magnum-ts/core';
import {
  aBay,
  aBayModel,
  coreMigrations,
  knexStore,
  migrate,
  openMariadb,
  type Store,
  systemClock,
} from '@magnum-ts/core/testing';
import { keepLearningTime } from '../../packages/core/src/adapters/knex/database-time.js';
import { followedClock, type TimeSample } from '../../packages/core/src/adapters/system/followed-clock.js';
import { emptyDatabase, withMariadb } from '../support/services.js';

/** A process over the database whose host's clock is wrong by so many milliseconds, from its very start. */
function aProcess(url: string, wrongBy: number): Store {
  const host = { ...systemClock, now: () => new Date(Date.now() + wrongBy) };
  const clock = followedClock(host);
  return knexStore(openMariadb({ url, learnTime: clock.learn }), clock);
}

async function withBay(url: string, right: Store): Promise<void> {
  const setUp = openMariadb({ url });
  await migrate(setUp, coreMigrations);
  await setUp.destroy();
  await right.write(async (repos) => {
    const model = aBayModel();
    await repos.bayModels.insert(model);
    const bay = aBay({ bayModelId: model.id });
    await repos.bays.insert(bay);
    await repos.work.ensure([bay.id]);
  });
}

await withMariadb('processes whose hosts have other clocks', (mariadb) => {
  test.each([300_000, -300_000])('one that starts %d ms off takes no lease of another, and keeps its own', async (wrongBy) => {
    const url = emptyDatabase(mariadb);
    const [right, wrong] = [aProcess(url, 0), aProcess(url, wrongBy)];
    await withBay(url, right);
    // What it knows before the first answer counts for nothing: its first call reads the clock when there is a connection.
    await wrong.read((repos) => repos.bayModels.find('model', { projectId: 'project' }));
    const [lease] = await right.queue.claim('right', 1);
    if (!lease) throw new Error('the bay was not due');
    expect(await wrong.queue.claim('wrong', 1)).toEqual([]);
    await right.queue.releaseAll([{ lease, lookAgainAt: new Date(), attempts: 0 }]);
    const [other] = await wrong.queue.claim('wrong', 1);
    expect(other).toMatchObject({ fence: lease.fence + 1 });
    expect(await right.queue.claim('right', 1)).toEqual([]);
    expect(other && (await wrong.queue.renewAll([other]))).toMatchObject([{ fence: lease.fence + 1 }]);
    await Promise.all([right.close(), wrong.close()]);
  });

  test.each(['+05:30', 'SYSTEM', '-11:00'])('the time is the same whatever zone a session has: %s', async (zone) => {
    const before = mariadb.sql('SELECT @@GLOBAL.time_zone').trim();
    mariadb.sql(`SET GLOBAL time_zone = '${zone}'`);
    const samples: TimeSample[] = [];
    const db = openMariadb({ url: emptyDatabase(mariadb), learnTime: (sample) => void samples.push(sample) });
    await db.raw('SELECT 1');
    await askOnce(db, (sample) => void samples.push(sample));
    const off = samples.map(({ serverTime, asked, answered }) =>
      Math.abs(performance.timeOrigin + (asked + answered) / 2 - serverTime),
    );
    expect(off).toHaveLength(2);
    // Both clocks are this host's.
    expect(Math.max(...off)).toBeLessThan(5_000);
    mariadb.sql(`SET GLOBAL time_zone = '${before}'`);
    await db.destroy();
  });
});

async function askOnce(db: Knex, learnTime: (sample: TimeSample) => void): Promise<void> {
  const over = new AbortController();
  const learn = (sample: TimeSample): void => {
    learnTime(sample);
    over.abort(new Error('asked once'));
  };
  await keepLearningTime(db, { clock: systemClock, logger: silentLogger, learnTime: learn }, over.signal);
}
