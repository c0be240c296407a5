import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAY, failing, magnum, type Answers } from './testing/fake-magnum.js';

const folder = mkdtempSync(join(tmpdir(), 'magnum-doctor-'));
const keyFile = join(folder, 'key.pem');
execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keyFile], { stdio: 'pipe' });

/** Signed by that key, or by one that nobody has. */
const certificateFor = (days: number, key?: string): string =>
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-subj', '/CN=ca', '-days', String(days)],
      ...(key === undefined
        ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', '/dev/null']
        : ['-new', '-key', key]),
    ],
    { encoding: 'utf8', stdio: 'pipe' },
  );

// What a node shows: a certificate of the bay's authority, which is its own here.
const shown = { key: readFileSync(keyFile, 'utf8'), cert: certificateFor(90, keyFile) };
const server = createServer(shown, (socket) => socket.destroy());
server.on('tlsClientError', () => undefined);
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port; // a TCP server's address is no text
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Sick {
  readonly bay?: object;
  readonly nodes?: readonly object[];
  readonly days?: number;
  readonly used?: number;
  /** What the node shows lives so long. */
  readonly servedDays?: number;
  /** The authority has another key than what the node shows was signed with. */
  readonly isForeign?: boolean;
}
const service = ({
  bay = {},
  nodes = [{ name: 'worker-1', state: 'ready', status: 'CREATE_COMPLETE' }],
  days = 365,
  used = 1,
  servedDays = 90,
  isForeign = false,
}: Sick = {}): Answers => {
  server.setSecureContext({ ...shown, cert: certificateFor(servedDays, keyFile) });
  return (_method, path) => {
    if (path === '/v1/bays/hive')
      return Response.json({
        ...BAY,
        name: 'hive',
        project_id: 'p',
        health_status: 'HEALTHY',
        api_address: `tcp://127.0.0.1:${port}`,
        ...bay,
      });
    if (path === '/v1/nodes') return Response.json({ nodes });
    if (path === '/v1/certificates/u-1') return Response.json({ pem: certificateFor(days, isForeign ? undefined : keyFile) });
    if (path === '/v1/stats') return Response.json({ clusters: used, nodes: 3 });
    return path === '/v1/quotas/p/Cluster' ? Response.json({ hard_limit: 20 }) : undefined;
  };
};
type Row = Readonly<Record<'check' | 'verdict' | 'finding' | 'remedy', string | null>>;
const examine = async (sick?: Sick): Promise<{ readonly code: number; readonly rows: readonly Row[] }> => {
  const { code, out } = await magnum('bay doctor hive -f json', { answers: service(sick) });
  return { code, rows: JSON.parse(out) as readonly Row[] }; // the command's own columns
};

describe('magnum bay doctor', () => {
  test('finds a well bay well, changes nothing, and exits 0', async () => {
    const { code, rows } = await examine();
    expect([code, rows.map(({ check, verdict, remedy }) => [check, verdict, remedy])]).toEqual([
      0,
      ['status', 'engine', 'address', 'nodes', 'certificate', 'served certificate', 'quota'].map((check) => [check, 'ok', null]),
    ]);
    const { requests } = await magnum('bay doctor hive', { answers: service() });
    expect(requests.filter(({ line }) => !line.startsWith('GET '))).toEqual([]);
  });

  test.each<[string, Sick, number, string, RegExp, RegExp]>([
    [
      'a failed change',
      { bay: { status: 'UPDATE_FAILED', status_reason: 'no host' } },
      7,
      'status',
      /UPDATE_FAILED: no host/,
      /bay events hive/,
    ],
    ['what a deletion left', { bay: { status: 'DELETE_FAILED' } }, 7, 'leftovers', /DELETE_FAILED/, /bay delete hive --yes/],
    ['a change under way', { bay: { status: 'UPDATE_IN_PROGRESS' } }, 0, 'status', /under way/, /--follow/],
    [
      'an engine that is not well',
      { bay: { health_status: 'UNHEALTHY', health_status_reason: { api: 'timeout' } } },
      7,
      'engine',
      /api=timeout/,
      /repair/,
    ],
    [
      'an address that refuses',
      { bay: { api_address: 'tcp://127.0.0.1:1' } },
      0,
      'address',
      /127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED/,
      /security groups/,
    ],
    [
      'a node that is not ready',
      {
        nodes: [
          { name: 'w-1', state: 'down' },
          { name: 'w-2', state: 'ready' },
        ],
      },
      7,
      'nodes',
      /1 of 2 are not ready: w-1 \(down\)/,
      /servers/,
    ],
    ['an authority that ends soon', { days: 10 }, 0, 'certificate', /: (9|10) days/, /certificate rotate hive/],
    ['a certificate that nodes did not renew', { servedDays: 3 }, 0, 'served certificate', /ends in [23] days/, /magnum-checks/],
    ['a server that is not of the bay', { isForeign: true }, 0, 'served certificate', /has not signed/, /load balancer/],
    [
      'an add-on whose pods do not run',
      {
        bay: {
          health_status_reason: { api: 'ok', 'addon.flannel': 'Ready', 'addon.metrics-server': '0 of 1 pods are available: x' },
        },
      },
      7,
      'add-ons',
      /^metrics-server: 0 of 1 pods/,
      /images/,
    ],
    ['a quota that is used up', { used: 20 }, 0, 'quota', /20 of 20/, /administrator/],
  ])('finds %s, with a remedy', async (_what, sick, code, check, finding, remedy) => {
    const found = await examine(sick);
    const bad = found.rows.filter(({ verdict }) => verdict !== 'ok');
    expect(bad).toEqual([
      {
        check,
        verdict: code === 7 ? 'failed' : 'warning',
        finding: expect.stringMatching(finding),
        remedy: expect.stringMatching(remedy),
      },
    ]);
    expect(found.code).toBe(code);
  });

  test('goes on where a question cannot be asked', async () => {
    const answers: Answers = (method, path, url, request) =>
      path === '/v1/certificates/u-1' ? failing(403, 'No.') : service()(method, path, url, request);
    const { code, out } = await magnum('bay doctor hive -f value -c check -c verdict', { answers });
    expect([code, out]).toEqual([
      0,
      'status ok\nengine ok\naddress ok\nnodes ok\ncertificate unknown\nserved certificate unknown\nquota ok\n',
    ]);
  });

  test('names the add-ons that are well', async () => {
    const { rows } = await examine({ bay: { health_status_reason: { 'addon.flannel': 'Ready', 'addon.dns': 'Ready' } } });
    expect(rows.find(({ check }) => check === 'add-ons')).toMatchObject({ verdict: 'ok', finding: 'flannel, dns: Ready' });
  });

  test('says of a bay that there is none', async () => {
    expect((await magnum('bay doctor lost')).code).toBe(3);
  });
});

test('magnum label list shows the labels of every driver, or of one engine', async () => {
  const label = {
    name: 'strategy',
    type: 'string',
    default: 'spread',
    one_of: ['spread', 'binpack'],
    minimum: null,
    maximum: null,
    meaning: 'How.',
  };
  const answers: Answers = (_method, path) => {
    if (path === '/v1/drivers') return Response.json({ drivers: [{ name: 'a' }, { name: 'b' }] });
    if (path === '/v1/drivers/a') return Response.json({ name: 'a', platforms: [{ coe: 'swarm' }], labels: [label] });
    return path === '/v1/drivers/b'
      ? Response.json({
          name: 'b',
          platforms: [{ coe: 'kubernetes' }],
          labels: [{ ...label, name: 'a_size', one_of: null, type: 'integer', minimum: 1 }],
        })
      : undefined;
  };
  const out = async (line: string): Promise<string> => (await magnum(line, { answers })).out;
  expect(await out('label list -f value')).toBe('strategy a spread, binpack spread How.\na_size b integer from 1 spread How.\n');
  expect(await out('label list --coe kubernetes -f value -c name')).toBe('a_size\n');
  expect(await out('label list --driver a -f value -c name')).toBe('strategy\n');
  expect(await out('label list --sort-column name -f csv -c name --no-header')).toBe('"a_size"\n"strategy"\n');
  expect((await magnum('label list -c nothing', { answers })).code).toBe(1);
});
