import { describe, expect, test } from 'vitest';
import { BAY, EVENTS, magnum, type Answers, type Setting } from './testing/fake-magnum.js';

/** The text without the terminal's controls. */
function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]|\r/g, '');
}

describe('waiting', () => {
  test.each([
    ['with --verbose', 'bay create my-bay --baymodel swarm --wait --verbose', {}],
    ['on a terminal with --verbose', 'bay create my-bay --baymodel swarm --wait --verbose', { errIsTty: true }],
  ])('prints every event to stderr %s, and shows the bay at the end', async (_where, line, setting) => {
    const { code, err, out } = await magnum(line, setting);
    expect(code).toBe(0);
    expect(plain(err)).toMatch(/0s {2}CREATE_IN_PROGRESS +bay {2}accepted\n/);
    expect(plain(err)).toMatch(/1s {2}CREATE_COMPLETE +worker-7f3a\/server \(OS::Nova::Server\)\n/);
    expect(out).toContain('my-bay');
  });

  test('in a pipe prints changes of the status and failures only', async () => {
    const story = Array.from({ length: 50 }, (_, index) => ({
      ...EVENTS[1],
      id: 10 + index,
      resource: `worker-${index}/server`,
      status: index === 7 ? 'CREATE_FAILED' : 'CREATE_IN_PROGRESS',
      reason: 'state changed',
    }));
    const { err } = await magnum('bay create my-bay --baymodel swarm --wait', {
      answers: (_method, path) => (path === '/v1/bays/u-1/events' ? Response.json({ events: [EVENTS[0], ...story] }) : undefined),
    });
    expect(err.split('\n').map((line) => line.replace(/^ *\d+s +/, '').replace(/ +/g, ' '))).toEqual([
      'CREATE_IN_PROGRESS bay accepted',
      'CREATE_FAILED worker-7/server (OS::Nova::Server) state changed',
      'CREATE_COMPLETE bay my-bay',
      '',
    ]);
    expect(err).not.toContain('\u001b');
  });

  test('uses the word and the calls of clusters for a cluster command', async () => {
    const { code, err, requests } = await magnum('cluster create my-bay --cluster-template swarm --keypair k --wait');
    expect(code).toBe(0);
    expect(requests[0]).toEqual({
      line: 'POST /v1/clusters',
      body: { name: 'my-bay', cluster_template_id: 'swarm', keypair: 'k' },
    });
    expect(requests.filter(({ line }) => !line.includes('/v1/clusters'))).toEqual([]);
    expect(err).toMatch(/CREATE_IN_PROGRESS cluster {2}accepted\n/);
  });

  test('does not print events of an earlier change', async () => {
    const { err } = await magnum('bay update my-bay --node-count 3 --wait');
    expect(err).not.toContain('worker-7f3a');
  });

  test('for a bay that fails exits 7 and prints the reason', async () => {
    const failed = { ...BAY, status: 'CREATE_FAILED', status_reason: 'no such flavor' };
    const { code, err } = await magnum('bay create my-bay --baymodel swarm --wait=5', {
      answers: (_method, path) => (path === '/v1/bays/u-1' ? Response.json(failed) : undefined),
    });
    expect(code).toBe(7);
    expect(err).toContain('no such flavor');
  });

  test('beyond the timeout exits 6, and says that the change goes on', async () => {
    const busy = { ...BAY, status: 'CREATE_IN_PROGRESS' };
    const { code, err } = await magnum('bay create my-bay --baymodel swarm --wait=1', {
      answers: (_method, path) => (path === '/v1/bays/u-1' ? Response.json(busy) : undefined),
    });
    expect(code).toBe(6);
    expect(err).toContain('The change of the bay continues; show it with: magnum bay show u-1\n');
  });

  test.each([
    ['bay create --wait v1 --baymodel swarm', 'POST /v1/bays', { name: 'v1', baymodel_id: 'swarm' }],
    ['bay update --wait my-bay --node-count 3', 'PATCH /v1/bays/my-bay', [{ op: 'replace', path: '/node_count', value: 3 }]],
    ['bay delete --yes --wait 60', 'GET /v1/bays/60', undefined],
  ])('never takes the next argument as its time: %s', async (line, request, body) => {
    const { requests } = await magnum(line);
    expect(requests).toContainEqual({ line: request, body });
  });

  test.each(['0', 'soon', '-1', '1.5', '9999999'])('refuses --wait=%s', async (time) => {
    const { code, err, requests } = await magnum(`bay create x --baymodel m --wait=${time}`);
    expect(err).toContain('--wait=600');
    expect([code, requests]).toEqual([2, []]);
  });
});

/** The lines that a terminal shows after it has received the text. */
function screenAfter(text: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  for (const [part] of text.matchAll(/\u001b\[\d*[A-Za-z]|[\r\n]|[^\u001b\r\n]+/g)) {
    const [, count = '', action] = /^\u001b\[(\d*)([A-Za-z])$/.exec(part) ?? [];
    if (action === 'A') row -= Number(count);
    else if (action === 'J') lines.splice(row, Infinity, '');
    else if (part === '\n') lines[(row += 1)] ??= '';
    else if (part !== '\r' && action === undefined) lines[row] = `${lines[row] ?? ''}${part}`;
  }
  return lines;
}

describe('waiting on a terminal', () => {
  const node = (index: number, status: string, more: object = {}): object => ({
    ...EVENTS[1],
    id: 20 + 2 * index + (status.endsWith('PROGRESS') ? 0 : 1),
    resource: `nodes-default-worker-83434288-0/worker-${index}/server`,
    status,
    ...more,
  });
  const nodes = Array.from({ length: 3 }, (_, index) => node(index, 'CREATE_IN_PROGRESS'));

  async function watch(events: readonly object[], setting: Setting = {}): Promise<{ screen: string[]; err: string }> {
    const { err } = await magnum('bay create my-bay --baymodel swarm --wait', {
      errIsTty: true,
      errSize: () => ({ columns: 80, rows: 24 }),
      env: { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 't', NO_COLOR: '1' },
      answers: (_method, path) =>
        path === '/v1/bays/u-1/events' ? Response.json({ events: [EVENTS[0], ...events] }) : undefined,
      ...setting,
    });
    return { screen: screenAfter(err), err };
  }

  test('leaves a tree of the resources, drawn over the one before', async () => {
    const { screen, err } = await watch([...nodes, node(0, 'CREATE_COMPLETE')]);
    expect(screen.map((line) => line.replace(/\d+s/, 'Ns'))).toEqual([
      'Ns bay my-bay  CREATE_COMPLETE',
      '└─ default-worker  CREATE_IN_PROGRESS      Ns  1 of 3 nodes',
      '   ├─ worker-0     CREATE_COMPLETE         Ns',
      '   ├─ worker-1     CREATE_IN_PROGRESS      Ns  server',
      '   └─ worker-2     CREATE_IN_PROGRESS      Ns  server',
      '',
    ]);
    expect(err).toContain('\u001b[5A');
  });

  test('keeps the whole reason of a failure above the tree', async () => {
    const reason = `No valid host was found. ${'There are not enough hosts available. '.repeat(4)}`;
    const { screen } = await watch([...nodes, node(1, 'CREATE_FAILED', { reason })]);
    expect(screen[0]).toContain(reason);
    expect(screen.filter((line) => line.includes('worker-1'))).toHaveLength(2);
    expect(screen.at(-3)).toMatch(/^ {3}├─ worker-1 +CREATE_FAILED +\d+s {2}server: No valid host was .*…$/);
  });

  test('follows the size of the terminal', async () => {
    const { screen } = await watch(nodes, { errSize: () => ({ columns: 40, rows: 5 }) });
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThan(40);
    expect(screen.slice(1)).toEqual([
      expect.stringMatching(/^└─ default-worker/),
      expect.stringMatching(/^ {3}├─ worker-0/),
      '   └─ … 2 nodes: 2 CREATE_IN_PROGRESS',
      '',
    ]);
  });

  test.each([
    ['CI', { CI: '1' }],
    ['a terminal that cannot redraw', { TERM: 'dumb' }],
  ])('draws no tree with %s', async (_what, env) => {
    const { err } = await watch(nodes, { env: { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 't', ...env } });
    expect(err).not.toMatch(/\u001b|└─/);
  });
});

describe('waiting for node groups and rotations', () => {
  const GROUP = { uuid: 'g-1', name: 'large', status: 'CREATE_COMPLETE', node_count: 1 };
  const answers: Answers = (method, path) => {
    if (path === '/v1/clusters/my-cluster') return Response.json({ ...BAY, name: 'my-cluster' });
    if (path === '/v1/clusters/my-cluster/events') return Response.json({ events: EVENTS });
    if (path.startsWith('/v1/certificates/') || path.startsWith('/v1/credentials/'))
      return Response.json({ uuid: 'u-1' }, { status: 202 });
    if (!path.startsWith('/v1/clusters/my-cluster/nodegroups')) return undefined;
    if (method === 'DELETE') return new Response(null, { status: 204 });
    const status = method === 'GET' ? GROUP.status : 'CREATE_IN_PROGRESS';
    return Response.json({ ...GROUP, status }, { status: method === 'GET' ? 200 : 202 });
  };

  test.each([
    ['nodegroup create my-cluster large --wait', 'POST /v1/clusters/my-cluster/nodegroups'],
    ['nodegroup update my-cluster large --max-nodes 3 --wait', 'PATCH /v1/clusters/my-cluster/nodegroups/large'],
  ])('%s waits for the cluster, and shows the group as it is then', async (line, change) => {
    const { code, out, requests } = await magnum(line, { answers });
    const lines = requests.map((request) => request.line);
    expect(code).toBe(0);
    expect(lines.indexOf('GET /v1/clusters/my-cluster')).toBeGreaterThan(lines.indexOf(change));
    expect(out).toMatch(/status +\| CREATE_COMPLETE/);
  });

  test('a node group is deleted when the cluster has settled, and before that it will be', async () => {
    const line = 'nodegroup delete my-cluster large --yes';
    expect((await magnum(line, { answers })).err).toBe('large: will be deleted\n');
    const { err, requests } = await magnum(`${line} --wait`, { answers });
    expect(err).toMatch(/^large: deleted\n/m);
    const lines = requests.map((request) => request.line);
    const deleted = lines.indexOf('DELETE /v1/clusters/my-cluster/nodegroups/large');
    expect(lines.lastIndexOf('GET /v1/clusters/u-1')).toBeGreaterThan(deleted);
  });

  test('what is deleted at once is deleted', async () => {
    const gone: Answers = (method) => (method === 'DELETE' ? new Response(null, { status: 204 }) : undefined);
    expect((await magnum('baymodel delete swarm --yes', { answers: gone })).err).toBe('swarm: deleted\n');
  });

  test.each(['certificate', 'credential'])('%s rotate waits for the bay', async (noun) => {
    const { code, requests, out } = await magnum(`${noun} rotate my-bay --yes --wait`, { answers });
    expect(code).toBe(0);
    expect(requests.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^GET \/v1\/(bays|clusters)\/u-1$/));
    expect(out).toContain('my-bay');
  });

  test('a wait that ends early says how to see the cluster', async () => {
    const busy: Answers = (method, path, url, request) =>
      path === '/v1/clusters/my-cluster'
        ? Response.json({ ...BAY, status: 'UPDATE_IN_PROGRESS' })
        : answers(method, path, url, request);
    const { code, err } = await magnum('nodegroup create my-cluster large --wait=1', { answers: busy });
    expect(code).toBe(6);
    expect(err).toContain('magnum cluster show my-cluster\n');
  });
});
