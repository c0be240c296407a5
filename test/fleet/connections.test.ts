import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock, until } from '@magnum-ts/core/testing';
import { emptyDatabase, withMariadbAndRabbitmq } from '../support/services.js';
import { CUTS, TcpProxy, type Blow } from '../support/tcp-proxy.js';
import { Fleet } from './fleet.js';

/** From the first greeting to the last queue that is consumed, the broker answers in about so many pieces. */
const BROKER_PIECES = 12;
/** Greeting, login, version, isolation level. */
const DATABASE_PIECES = 5;

await withMariadbAndRabbitmq('processes whose neighbours break off', ({ mariadb, rabbitmq }) => {
  let fleet: Fleet;
  let broker: TcpProxy;
  let database: TcpProxy;

  beforeAll(async () => {
    broker = await TcpProxy.before(rabbitmq.port);
    database = await TcpProxy.before(mariadb.port);
    fleet = await Fleet.prepare(
      emptyDatabase(mariadb).replace(`:${mariadb.port}/`, `:${database.port}/`),
      rabbitmq.url.replace(`:${rabbitmq.port}/`, `:${broker.port}/`),
      { apis: 1, conductors: 1 },
    );
    await fleet.startAll();
  }, 120_000);
  afterAll(async () => {
    await fleet.stopAll();
    await broker.close();
    await database.close();
  }, 60_000);

  const everyCut = (pieces: number): readonly Blow[] =>
    CUTS.flatMap((cut) => Array.from({ length: pieces }, (_unused, piece) => ({ piece, cut })));
  const died = (): readonly string[] => fleet.members.filter(({ child }) => child?.exitCode !== null).map(({ name }) => name);

  test(
    'the broker may break off, or talk nonsense, at each step of the handshake and of the setup: every connection is made again',
    { timeout: 120_000 },
    async () => {
      const blows = everyCut(BROKER_PIECES);
      const proxy = await TcpProxy.before(rabbitmq.port);
      proxy.cutNext(...blows);
      const links = new Links(rabbitmq.url.replace(`:${rabbitmq.port}/`, `:${proxy.port}/`), blows.length);
      await links.says('connected', 60_000);
      expect(proxy.cuts).toBeGreaterThan(blows.length / 2);
      // What is silent does not keep a process from ending.
      proxy.silence();
      expect(await links.end()).toEqual({ code: 0, last: 'closed' });
      await proxy.close();
    },
  );

  test('API and conductor outlive a broker that breaks off while they connect', { timeout: 60_000 }, async () => {
    for (const piece of [3, 4, 6, 9]) {
      const taken = broker.taken;
      broker.cutNext({ piece, cut: 'reset before' }, { piece, cut: 'reset after' });
      broker.resetAll();
      await until(
        `both processes have connected again after piece ${piece}`,
        () => broker.taken >= taken + 4 || died().length > 0,
        { withinMs: 30_000 },
      );
      expect(died(), `piece ${piece}`).toEqual([]);
    }
    expect(broker.cuts).toBe(8);
  });

  test(
    'the database may break off, or talk nonsense, at each step of the handshake: API and conductor live and answer again',
    { timeout: 180_000 },
    async () => {
      for (const blow of everyCut(DATABASE_PIECES)) {
        database.cutNext(blow, blow, blow);
        database.resetAll();
        const cuts = database.cuts;
        await until(
          `a connection is cut: ${blow.cut} ${blow.piece}`,
          async () => {
            await fleet.ask('GET', '/v1/baymodels').catch(() => undefined);
            return database.cuts > cuts || died().length > 0;
          },
          { withinMs: 20_000 },
        );
        await until(
          'the API answers',
          async () => (await fleet.ask('GET', '/v1/baymodels').catch(() => undefined))?.status === 200 || died().length > 0,
          { withinMs: 30_000 },
        );
        // An error that nothing handles ends the process in the turns of its loop that follow.
        await systemClock.sleep(50);
        expect(died(), `${blow.cut} piece ${blow.piece}`).toEqual([]);
      }
    },
  );
});

/** A process with many connections to a broker. */
class Links {
  readonly #child: ChildProcess;
  #said = '';

  constructor(url: string, count: number) {
    const script = resolve(import.meta.dirname, 'many-links.ts');
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, url, String(count)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (text: Buffer) => {
      this.#said += text.toString();
    });
  }

  async says(word: string, milliseconds: number): Promise<void> {
    await until(`the process prints ${word}`, () => this.#said.includes(word) || this.#child.exitCode !== null, {
      withinMs: milliseconds,
    });
    expect(this.#child.exitCode, 'the process has died').toBeNull();
  }

  async end(): Promise<{ readonly code: unknown; readonly last: string | undefined }> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    const [code]: unknown[] = await gone;
    return { code, last: this.#said.trim().split('\n').at(-1) };
  }
}
