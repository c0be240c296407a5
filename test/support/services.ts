import { randomBytes } from 'node:crypto';
import { afterAll, describe, test } from 'vitest';
import { startMariadb, type Mariadb } from '../../scripts/host/mariadb.mjs';
import { startRabbitmq, type Rabbitmq } from '../../scripts/host/rabbitmq.mjs';

/** A suite over a real MariaDB, started once for the test file. Await it at the file's top level. */
export async function withMariadb(name: string, suite: (mariadb: Mariadb) => void): Promise<void> {
  await withServices(name, { mariadb: startMariadb }, ({ mariadb }) => suite(mariadb));
}

/** A suite over a real MariaDB and a real RabbitMQ. */
export async function withMariadbAndRabbitmq(
  name: string,
  suite: (services: { readonly mariadb: Mariadb; readonly rabbitmq: Rabbitmq }) => void,
): Promise<void> {
  await withServices(name, { mariadb: startMariadb, rabbitmq: startRabbitmq }, suite);
}

/** An empty database on the server, with a name of its own. Returns what `[database] connection` takes. */
export function emptyDatabase(mariadb: Mariadb): string {
  const name = `t${randomBytes(6).toString('hex')}`;
  mariadb.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return mariadb.url.replace('/magnum?', `/${name}?`);
}

interface Stoppable {
  stop(): Promise<void>;
}
type Start<T> = (options: { readonly log: (line: string) => void }) => Promise<T>;

/** Where a service cannot be had, CI fails; elsewhere the reason is printed and the suite is skipped. */
async function withServices<S extends Readonly<Record<string, Stoppable>>>(
  name: string,
  starts: { readonly [K in keyof S]: Start<S[K]> },
  suite: (services: S) => void,
): Promise<void> {
  const started: Record<string, Stoppable> = {};
  afterAll(async () => {
    for (const service of Object.values(started)) await service.stop();
  });
  try {
    for (const [key, start] of Object.entries<Start<Stoppable>>(starts)) started[key] = await start({ log });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env['CI']) throw error;
    log(`skipped: ${name}: ${reason}`);
    describe.skip(`${name} (skipped: ${reason})`, () => void test('needs its services', () => undefined));
    return;
  }
  // Every key of `starts` was started.
  describe(name, () => suite(started as S));
}

function log(line: string): void {
  process.stdout.write(`${line}\n`);
}
