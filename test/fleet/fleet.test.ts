import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock, until } from '@magnum-ts/core/testing';
import { emptyDatabase, withMariadbAndRabbitmq } from '../support/services.js';
import { randomFrom } from '../chaos/random.js';
import { Fleet, type Answer, type Line } from './fleet.js';
import { leftovers, sqlOn, type Sql } from './leftovers.js';

const BAYS = Number(process.env['MAGNUM_TEST_FLEET_BAYS'] ?? 100);
const SEED = Number(process.env['MAGNUM_TEST_SEED'] ?? Date.now() % 1_000_000);
/** Clients at a time. */
const CLIENTS = 60;
/** On an idle machine the whole takes under three minutes; a bay may lose its lease several times on the way. */
const PATIENCE_MS = 240_000;
/** There are not as many floating addresses as bays here. */
const BAY = { baymodel_id: 'model', node_count: 1, floating_ip_enabled: false };

await withMariadbAndRabbitmq('a fleet of two APIs and three conductors', ({ mariadb, rabbitmq }) => {
  let fleet: Fleet;
  let sql: Sql;

  beforeAll(async () => {
    process.stdout.write(`fleet: MAGNUM_TEST_SEED=${SEED} repeats the choices of this run\n`);
    const url = emptyDatabase(mariadb);
    sql = sqlOn(mariadb, url);
    fleet = await Fleet.prepare(url, rabbitmq.url, { apis: 2, conductors: 3 });
    await fleet.startAll();
    const model = {
      name: 'model',
      coe: 'swarm',
      image_id: 'debian-12',
      flavor_id: 'm1.small',
      keypair_id: 'default',
      external_network_id: 'public',
    };
    expect((await fleet.ask('POST', '/v1/baymodels', { body: model })).status).toBe(201);
  }, 120_000);
  afterAll(() => fleet.stopAll(), 60_000);

  test(
    'under kills, and restarts of database and broker, every accepted request comes to its right end, and nothing is left over',
    { timeout: 2 * PATIENCE_MS },
    async () => {
      const begun = Date.now();
      const chaos = new AbortController();
      const names = Array.from({ length: BAYS }, (_unused, index) => `bay-${index}`);
      const stacks = new StackWatch(sql);
      const unrest = unsettle(fleet, randomFrom(SEED), chaos.signal);
      const watching = stacks.watch(chaos.signal);
      const outages = outage(chaos.signal, [
        [8_000, () => rabbitmq.restart('SIGKILL')],
        [8_000, () => mariadb.restart('SIGKILL')],
      ]);
      try {
        await inTurn(names, async (name, index) => {
          await createdBay(fleet, name, index);
          await resizedBay(fleet, name, index);
          await deletedBay(fleet, name, index);
        });
      } finally {
        chaos.abort(new Error('enough'));
        await Promise.all([unrest, watching, outages]);
      }
      expect(leftovers(sql)).toEqual([]);
      expect(stacks.twins()).toEqual([]);
      expect(overlaps(fleet.lines)).toEqual([]);
      const kills = await unrest;
      const claims = fleet.lines.filter((line) => line.msg === 'lease claimed').length;
      process.stdout.write(
        `fleet: ${BAYS} bays in ${((Date.now() - begun) / 1_000).toFixed(0)} s, ${kills} processes killed, ${claims} claims\n`,
      );
      expect(kills).toBeGreaterThan(3);
    },
  );

  test(
    'without the broker, writes are accepted and done, and questions are answered 503 within their time',
    { timeout: 60_000 },
    async () => {
      await fleet.ready();
      await rabbitmq.suspend('SIGKILL');
      try {
        await createdBay(fleet, 'deaf', 0);
        const begun = Date.now();
        expect((await fleet.ask('GET', '/v1/certificates/deaf')).status).toBe(503);
        expect(Date.now() - begun).toBeLessThan(5_000);
      } finally {
        await rabbitmq.resume();
      }
      await until('the question is answered', async () => (await fleet.ask('GET', '/v1/certificates/deaf')).status === 200, {
        withinMs: 30_000,
      });
    },
  );

  test(
    'without the database, requests are answered 503 with Retry-After; with it again, everything goes on by itself',
    { timeout: 90_000 },
    async () => {
      await fleet.ready();
      await until(
        'a bay is accepted',
        async () => (await fleet.ask('POST', '/v1/bays', { body: { ...BAY, name: 'halved' } })).status === 202,
        { withinMs: 10_000 },
      );
      await mariadb.suspend('SIGKILL');
      try {
        const { status, headers } = await fleet.ask('GET', '/v1/bays');
        expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      } finally {
        await mariadb.resume();
      }
      await until(
        'the bay is complete',
        async () => (await patiently(fleet, 'GET', '/v1/bays/halved', 0)).body['status'] === 'CREATE_COMPLETE',
        { withinMs: 60_000 },
      );
    },
  );
});

/** Asks until there is an answer that is not of the moment: another API, a database that is back. */
async function patiently(fleet: Fleet, method: string, path: string, index: number, body?: unknown): Promise<Answer> {
  let attempt = 0;
  let last: number | undefined;
  const ask = async (): Promise<Answer | undefined> => {
    const api = index + attempt;
    attempt += 1;
    const answer = await fleet.ask(method, path, { api, ...(body === undefined ? {} : { body }) });
    last = answer.status;
    return last < 500 ? answer : undefined;
  };
  const report = (): string => `the last status: ${last ?? 'none'}`;
  return until(`${method} ${path} is answered`, ask, { withinMs: 60_000, everyMs: 100, report });
}

/** Right after an acceptance, whichever API is asked shows it. An answer that came late proves nothing. */
async function expectInProgress(fleet: Fleet, name: string, index: number, action: string): Promise<void> {
  const begun = Date.now();
  const shown = await fleet.ask('GET', `/v1/bays/${name}`, { api: index + 1 }).catch(() => undefined);
  if (shown?.status !== 200 || Date.now() - begun > 400) return;
  expect(shown.body['status'], name).toBe(`${action}_IN_PROGRESS`);
}

async function settled(fleet: Fleet, name: string, index: number): Promise<Answer> {
  let last: Answer | undefined;
  const look = async (): Promise<Answer | undefined> => {
    last = await patiently(fleet, 'GET', `/v1/bays/${name}`, index);
    return String(last.body['status']).endsWith('_IN_PROGRESS') ? undefined : last;
  };
  const report = (): string => `${String(last?.body['status'])}: ${String(last?.body['status_reason'])}`;
  return until(`the work on ${name} has ended`, look, { withinMs: PATIENCE_MS, everyMs: 1_200, report });
}

/** An API may die between the commit and its answer: then the bay is there, and asking for it again would make a second one. */
async function createdBay(fleet: Fleet, name: string, index: number): Promise<void> {
  const body = { ...BAY, name };
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fleet.ask('POST', '/v1/bays', { body, api: index + attempt }).catch(() => undefined);
    if (answer?.status === 202) {
      await expectInProgress(fleet, name, index, 'CREATE');
      break;
    }
    expect([undefined, 503], `${name}: ${JSON.stringify(answer?.body)}`).toContain(answer?.status);
    if ((await patiently(fleet, 'GET', `/v1/bays/${name}`, index)).status === 200) break;
    await systemClock.sleep(100);
  }
  const { body: bay } = await settled(fleet, name, index);
  expect(bay, `${name}: ${String(bay['status_reason'])}`).toMatchObject({ status: 'CREATE_COMPLETE', node_count: 1 });
}

async function resizedBay(fleet: Fleet, name: string, index: number): Promise<void> {
  const answer = await patiently(fleet, 'PATCH', `/v1/bays/${name}`, index, [{ op: 'replace', path: '/node_count', value: 2 }]);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  await expectInProgress(fleet, name, index, 'UPDATE');
  const { body: bay } = await settled(fleet, name, index);
  expect(bay, `${name}: ${String(bay['status_reason'])}`).toMatchObject({ status: 'UPDATE_COMPLETE', node_count: 2 });
}

async function deletedBay(fleet: Fleet, name: string, index: number): Promise<void> {
  const answer = await patiently(fleet, 'DELETE', `/v1/bays/${name}`, index);
  expect([202, 204, 404]).toContain(answer.status);
  await expectInProgress(fleet, name, index, 'DELETE');
  expect((await settled(fleet, name, index)).status, name).toBe(404);
}

/** Runs the work of every client, so many at a time. */
async function inTurn(names: readonly string[], work: (name: string, index: number) => Promise<void>): Promise<void> {
  const left = [...names.entries()];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let next = left.shift(); next; next = left.shift()) await work(next[1], next[0]);
    }),
  );
}

/** Kills a random process every few seconds. Returns how many it has killed. */
async function unsettle(fleet: Fleet, random: () => number, signal: AbortSignal): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    await systemClock.sleep(4_000 + random() * 5_000, signal).catch(() => undefined);
    if (signal.aborted) return kills;
    const member = fleet.members[Math.floor(random() * fleet.members.length)];
    if (member) await fleet.killAndReplace(member);
  }
}

/** One after the other, each after its pause. */
async function outage(signal: AbortSignal, restarts: readonly (readonly [number, () => Promise<void>])[]): Promise<void> {
  for (const [pause, restart] of restarts) {
    await systemClock.sleep(pause, signal).catch(() => undefined);
    if (!signal.aborted) await restart();
  }
}

/** Looks at the stacks again and again: the ids that it has seen under each name. */
class StackWatch {
  readonly #ids = new Map<string, Set<string>>();
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const [name = '', id = ''] of this.#look()) this.#ids.set(name, (this.#ids.get(name) ?? new Set()).add(id));
      await systemClock.sleep(500, signal).catch(() => undefined);
    }
  }

  #look(): readonly (readonly string[])[] {
    try {
      return this.#sql('SELECT name, id FROM hot_stack');
    } catch {
      return [];
    }
  }

  /** Names under which more than one stack has been. */
  twins(): readonly string[] {
    return [...this.#ids].filter(([, ids]) => ids.size > 1).map(([name]) => name);
  }
}

interface Holder {
  readonly pid: unknown;
  readonly fence: unknown;
  readonly until: number;
}

/**
 * Claims of a bay that began before the one before had ended. A claim ends when its holder gives it back or, where the holder
 * died or could not reach the database, when its lease has lapsed.
 */
function overlaps(lines: readonly Line[]): readonly string[] {
  const holders = new Map<string, Holder>();
  const found: string[] = [];
  for (const line of inOrder(lines)) {
    const { fence, pid, until } = line;
    const bayId = String(line['bayId']);
    const holder = holders.get(bayId);
    if (line.msg === 'lease claimed') {
      if (holder && (holder.fence === fence || line.time < holder.until))
        found.push(`${bayId}: fence ${String(fence)} began ${holder.until - line.time} ms early: ${storyOf(bayId, lines)}`);
      holders.set(bayId, { pid, fence, until: Number(until) });
    }
    if (line.msg === 'bay deleted' || (line.msg === 'lease released' && holder?.fence === fence)) holders.delete(bayId);
    for (const id of line.msg === 'leases renewed' && Array.isArray(line['bayIds']) ? line['bayIds'].map(String) : []) {
      const renewed = holders.get(id);
      if (renewed && renewed.pid === pid) holders.set(id, { ...renewed, until: Number(until) });
    }
  }
  return found;
}

/** By time. Within a millisecond by fence: what is claimed in it can be given back in it, and claimed by another one. */
function inOrder(lines: readonly Line[]): readonly Line[] {
  const fenceOf = (line: Line): number => (typeof line['fence'] === 'number' ? line['fence'] : Infinity);
  const rank = (line: Line): number => Number(line.msg !== 'lease claimed');
  return lines.toSorted(
    (one, other) => one.time - other.time || compared(fenceOf(one), fenceOf(other)) || rank(one) - rank(other),
  );
}

/** No difference: that of two infinities is no number. */
function compared(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function storyOf(bayId: string, lines: readonly Line[]): string {
  return inOrder(lines.filter((line) => line['bayId'] === bayId && typeof line['fence'] === 'number'))
    .map(({ time, msg, pid, fence }) => `${String(time)} ${String(pid)} ${msg} ${String(fence)}`)
    .join('; ');
}
