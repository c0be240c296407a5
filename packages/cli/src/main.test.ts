import { operations } from '@magnum-ts/openapi';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { magnum, failing, BAY, EVENTS, type Answers } from './testing/fake-magnum.js';

describe('every operation', () => {
  test.each(Object.values(operations).map(({ cli }) => cli?.command ?? ''))('has help: %s', async (command) => {
    const { code, out } = await magnum([...command.replace(' --detail', '').split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: magnum ${command.replace(' --detail', '')}`);
  });
});

test('the help of the program describes every command', async () => {
  const { out } = await magnum(['--help']);
  const listed = out.split('Commands:\n')[1]?.split('\n\n')[0]?.split('\n') ?? [];
  expect(listed.length).toBeGreaterThan(15);
  expect(listed.filter((line) => !/^ {2}\S.* {2,}\S/.test(line))).toEqual([]);
});

describe('output', () => {
  test('is a table with the usual columns, in which a name cannot redraw the terminal', async () => {
    const { out, code } = await magnum('bay list');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        '+------+------------------+------------+--------------+-----------------+',
        '| uuid | name             | node_count | master_count | status          |',
        '+------+------------------+------------+--------------+-----------------+',
        '| u-1  | my-bay           | 2          | 1            | CREATE_COMPLETE |',
        '| u-2  | evil\\x1b[2J\\nbay | 2          | 1            | CREATE_FAILED   |',
        '+------+------------------+------------+--------------+-----------------+',
        '',
      ].join('\n'),
    );
  });

  test('shows one item as fields and values', async () => {
    const { out } = await magnum('bay show my-bay');
    expect(out).toMatch(/\| Field +\| Value +\|/);
    expect(out).toMatch(/\| labels +\| a=b +\|/);
    expect(out).toMatch(/\| node_addresses +\| 192\.0\.2\.8, 192\.0\.2\.9 +\|/);
    expect(out).not.toContain('links');
  });

  test('can be read by programs: value, csv, json, yaml', async () => {
    expect((await magnum('bay list -f value -c uuid -c name')).out).toBe('u-1 my-bay\nu-2 evil\\x1b[2J\\nbay\n');
    expect((await magnum('bay list -f csv -c uuid,node_count')).out).toBe('"uuid","node_count"\n"u-1",2\n"u-2",2\n');
    expect((await magnum('bay list -f csv -c uuid --no-header')).out).toBe('"u-1"\n"u-2"\n');
    expect(JSON.parse((await magnum('bay show my-bay -f json')).out)).toEqual(BAY);
    expect(parse((await magnum('bay show my-bay -f yaml -c labels')).out)).toEqual({ labels: { a: 'b' } });
  });

  // Colours, a window's title, the C1 form of an escape, a bidirectional override, and a line that overwrites itself.
  const EVIL = 'a\u001b[2Jb\u001b]0;x\u0007c\u009b2Jd\u202ee\u2028f\u007fg\rh';
  const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
  const evil: Answers = (method, path) => {
    const bay = { ...BAY, [EVIL]: EVIL, name: EVIL, status: EVIL, status_reason: EVIL, labels: { [EVIL]: EVIL } };
    const event = { ...EVENTS[0], id: 3, resource: EVIL, status: EVIL, reason: EVIL };
    if (path.endsWith('/events')) return Response.json({ events: [event] });
    if (path === '/v1/bays' && method === 'GET') return Response.json({ bays: [bay] });
    if (path === '/v1/containers/web/logs') return Response.json({ output: EVIL });
    if (path === '/v1/bays/failing') return failing(409, EVIL);
    return path.startsWith('/v1/bays/') ? Response.json(bay) : undefined;
  };
  test.each([
    ...['table', 'json', 'yaml', 'value', 'csv'].flatMap((format) => [
      `bay list -f ${format}`,
      `bay show my-bay -f ${format}`,
      `bay events my-bay -f ${format}`,
    ]),
    'container logs web',
    'bay show failing',
    'bay create my-bay --baymodel swarm --wait=1',
    'bay list --debug',
  ])('has no character with which a server could redraw the terminal: %s', async (line) => {
    const { out, err } = await magnum(line, { answers: evil, outIsTty: true });
    expect(out + err).toContain('a\\');
    expect(out).not.toMatch(HARMFUL);
    expect(err).not.toMatch(HARMFUL);
  });

  test('for programs escapes the data without changing them', async () => {
    expect(JSON.parse((await magnum('bay show my-bay -f json -c name', { answers: evil })).out)).toEqual({ name: EVIL });
    const all = parse((await magnum('bay show my-bay -f yaml', { answers: evil })).out) as Record<string, unknown>;
    expect([all['name'], all[EVIL]]).toEqual([EVIL, EVIL]);
  });

  test('of logs is the unchanged text', async () => {
    expect((await magnum('container logs web')).out).toBe('hello\n');
  });
});

describe('errors', () => {
  test.each([
    [401, 4],
    [403, 4],
    [404, 3],
    [409, 5],
    [400, 1],
    [500, 1],
  ])('HTTP %i exits %i, with the request id', async (status, wanted) => {
    const { code, err } = await magnum('bay show my-bay', {
      answers: (_method, path) => (path === '/v1' ? undefined : failing(status, 'No\u001b[2J.')),
    });
    expect(code).toBe(wanted);
    expect(err).toBe('magnum: No\\x1b[2J. (request req-7)\n');
  });

  test('missing credentials exit 4 and name the remedy', async () => {
    const { code, err } = await magnum('bay list', { env: {} });
    expect(code).toBe(4);
    expect(err).toContain('openrc');
  });

  test('Ctrl-C during a wait exits 130 and shows how to see the bay', async () => {
    const controller = new AbortController();
    const busy = { ...BAY, status: 'CREATE_IN_PROGRESS' };
    const { code, err } = await magnum('bay create my-bay --baymodel swarm --wait', {
      signal: controller.signal,
      answers: (_method, path) => {
        if (path !== '/v1/bays/u-1') return undefined;
        queueMicrotask(() => controller.abort(new Error('interrupted')));
        return Response.json(busy);
      },
    });
    expect(code).toBe(130);
    expect(err).toContain('magnum bay show u-1');
  });
});

describe('--debug', () => {
  test('prints the calls without secrets', async () => {
    const keystone: Answers = (method, path) =>
      method === 'POST' && path === '/v3/auth/tokens'
        ? Response.json(
            {
              token: {
                catalog: [{ type: 'container-infra', endpoints: [{ interface: 'public', url: 'http://magnum.test/v1' }] }],
              },
            },
            { status: 201, headers: { 'x-subject-token': 'secret-issued' } },
          )
        : undefined;
    const env = {
      OS_AUTH_URL: 'http://keystone.test/v3',
      OS_USERNAME: 'ann',
      OS_PASSWORD: 'secret-password',
      OS_PROJECT_NAME: 'p',
    };
    const { code, err } = await magnum('bay list --debug', { env, answers: keystone });
    expect(code).toBe(0);
    expect(err).toContain('curl -g -i -X GET http://magnum.test/v1/bays');
    expect(err).toContain('< HTTP 200');
    expect(err).not.toMatch(/secret-(password|issued|token)/);
  });
});
