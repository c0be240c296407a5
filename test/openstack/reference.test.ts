import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startReferenceMagnum } from '../../scripts/host/openstack/reference-magnum.mjs';
import { Fleet } from '../fleet/fleet.js';
import { withOpenstack } from './cloud.js';
import { ownDatabase } from './database.js';
import type { Persona } from './comparison/asked.js';
import { explainedDifferences, judge, type Found } from './comparison/explained.js';
import { REQUESTS } from './comparison/requests/index.js';
import { differences, shapeOf } from './comparison/shape.js';
import { Side } from './comparison/side.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const log = (line: string): void => void process.stdout.write(`${line}\n`);
const DATABASE = 'magnum_compared';
const CSR = execFileSync(
  'openssl',
  ['req', '-new', '-nodes', '-newkey', 'rsa:2048', '-keyout', '/dev/null', '-subj', '/CN=compared'],
  { encoding: 'utf8', stdio: 'pipe' },
);

await withOpenstack('beside the reference Magnum', (cloud) => {
  const { openstack } = cloud;
  let fleet: Fleet | undefined;
  let reference: { readonly url: string; stop(): Promise<void> } | undefined;
  let sides: { readonly reference: Side; readonly ours: Side };

  beforeAll(async () => {
    const running = process.env['MAGNUM_TEST_REFERENCE'];
    const beside = running ? { url: running, stop: () => Promise.resolve() } : startReferenceMagnum(openstack, { log });
    const database = await ownDatabase(openstack, DATABASE);
    fleet = await Fleet.prepare(database, openstack.broker, { apis: 1, conductors: 1 }, cloud.config());
    const { secret, document } = await cloud.tokenOf('demo', 'demo');
    await fleet.startAll(secret.reveal());
    reference = await beside;
    const tokens = new Map<Persona, string>([['bad', 'not-a-token']]);
    for (const [persona, user, project] of [
      ['owner', 'demo', 'demo'],
      ['colleague', 'demo2', 'demo'],
      ['reader', 'reader', 'demo'],
      ['stranger', 'other', 'other'],
      ['admin', 'admin', 'admin'],
    ] as const)
      tokens.set(persona, (await cloud.tokenOf(user, project)).secret.reveal());
    const known = { project: document.project?.id ?? '', csr: CSR };
    sides = {
      reference: new Side(reference.url, tokens, known),
      ours: new Side(`http://127.0.0.1:${fleet.apis[0]?.port ?? 0}`, tokens, known),
    };
  });

  afterAll(async () => {
    await fleet?.stopAll();
    await reference?.stop();
  });

  test('answers as it does, but where a reason says why not', async () => {
    expect(new Set(REQUESTS.map(({ id }) => id)).size).toBe(REQUESTS.length);
    const found: Found[] = [];
    for (const asked of REQUESTS) {
      const [theirs, own] = await Promise.all([sides.reference.ask(asked), sides.ours.ask(asked)]);
      const seen = differences(shapeOf(theirs, sides.reference.url), shapeOf(own, sides.ours.url));
      found.push(...seen.map((difference) => ({ request: asked.id, ...difference })));
    }
    const explained = explainedDifferences();
    const { unexplained, unseen } = judge(found, explained);
    log(
      `beside the reference Magnum: ${REQUESTS.length} requests, ${found.length - unexplained.length} differences explained by ${explained.length} reasons, ${unexplained.length} unexplained`,
    );
    expect({ unexplained, unseen }).toEqual({ unexplained: [], unseen: [] });
  });
});
