import { describe, expect, test } from 'vitest';
import { magnum } from './testing/fake-magnum.js';

test.each([
  ['bay delete .. --yes', 'bay_ident'],
  ['bay show detail', 'bay_ident'],
  ['nodegroup delete c .. --yes', 'nodegroup_ident'],
  ['nodegroup show a/../b g', 'cluster_ident'],
])('a name that would address another resource is refused before the login: %s', async (line, parameter) => {
  const { requests, code, err } = await magnum(line);
  expect([code, requests]).toEqual([2, []]);
  expect(err).toContain(parameter);
});

describe('creating', () => {
  test('sends the values of the options with the types of the schema', async () => {
    const { requests, out } = await magnum(
      'bay create my-bay --baymodel swarm --node-count 2 --labels a=b,c=d,e --labels f=g=h --no-master-lb-enabled --timeout 9',
    );
    expect(requests[0]).toEqual({
      line: 'POST /v1/bays',
      body: {
        name: 'my-bay',
        baymodel_id: 'swarm',
        node_count: 2,
        labels: { a: 'b', c: 'd,e', f: 'g=h' },
        master_lb_enabled: false,
        bay_create_timeout: 9,
      },
    });
    expect(out).toContain('CREATE_COMPLETE');
  });

  test('with --dry-run shows the plan, and does not wait', async () => {
    const { requests, out } = await magnum('bay create my-bay --baymodel swarm --dry-run --wait', {
      answers: (method) =>
        method === 'POST'
          ? Response.json({ name: 'my-bay', driver: 'swarm-mode', resources: [], quotas: [], warnings: [] })
          : undefined,
    });
    expect(requests.map(({ line }) => line)).toEqual(['POST /v1/bays?dry_run=true']);
    expect(out).toContain('swarm-mode');
  });

  test('understands the older names of options', async () => {
    const { requests } = await magnum('baymodel create m --coe swarm --image-id i --keypair-id k --public', {
      answers: (method, path) =>
        method === 'POST' && path === '/v1/baymodels' ? Response.json({ uuid: 'm' }, { status: 201 }) : undefined,
    });
    expect(requests[0]?.body).toEqual({ name: 'm', coe: 'swarm', image_id: 'i', keypair_id: 'k', public: true });
  });

  test('of a container takes its environment', async () => {
    const { requests } = await magnum(
      'container create web --bay my-bay --image nginx --memory 64m --environment A=1 --environment B=2',
    );
    expect(requests[0]?.body).toEqual({
      name: 'web',
      bay_uuid: 'my-bay',
      image: 'nginx',
      memory: '64m',
      environment: { A: '1', B: '2' },
    });
  });

  test.each([
    ['bay create x', '--baymodel is required'],
    ['bay create x --baymodel m --node-count none', 'whole number'],
    ['bay create x --baymodel m --node-count 0', '1 or more'],
    ['bay create x --baymodel m --labels broken', 'key=value'],
    ['baymodel create x --coe docker', 'kubernetes'],
    ['bay crate x', 'Did you mean create'],
    ['bay create x --bay-model m', 'Did you mean --baymodel'],
    ['bay show', "missing required argument 'bay'"],
  ])('%s is refused with exit 2 before anything is sent: %s', async (line, hint) => {
    const { code, err, requests } = await magnum(line);
    expect(err).toContain(hint);
    expect(code).toBe(2);
    expect(requests).toEqual([]);
  });

  test('an empty name does not address the collection', async () => {
    const { code, requests } = await magnum(['bay', 'show', '']);
    expect([code, requests]).toEqual([2, []]);
  });
});

describe('updating', () => {
  test.each([
    ['bay update my-bay --node-count 3', [{ op: 'replace', path: '/node_count', value: 3 }]],
    ['bay update my-bay replace node_count=3', [{ op: 'replace', path: '/node_count', value: 3 }]],
    ['bay update my-bay replace /node_count=3', [{ op: 'replace', path: '/node_count', value: 3 }]],
    [
      'baymodel update swarm replace public=true name=3',
      [
        { op: 'replace', path: '/public', value: true },
        { op: 'replace', path: '/name', value: '3' },
      ],
    ],
    ['baymodel update swarm add labels/a=b', [{ op: 'add', path: '/labels/a', value: 'b' }]],
    [
      'baymodel update swarm remove tags labels/a',
      [
        { op: 'remove', path: '/tags' },
        { op: 'remove', path: '/labels/a' },
      ],
    ],
    [
      'baymodel update swarm --labels a=b --no-public',
      [
        { op: 'add', path: '/labels/a', value: 'b' },
        { op: 'replace', path: '/public', value: false },
      ],
    ],
  ])('%s', async (line, patch) => {
    const { requests } = await magnum(line);
    expect(requests.find(({ body }) => body !== undefined)?.body).toEqual(expect.arrayContaining(patch));
  });

  test('without a change, or with an unknown operation, is refused', async () => {
    expect((await magnum('bay update my-bay')).code).toBe(2);
    expect((await magnum('bay update my-bay change node_count=3')).err).toContain('not one of add, replace, remove');
    expect((await magnum('bay update my-bay replace node_count=many')).err).toContain('whole number');
  });
});

describe('deleting', () => {
  test('several continues after a failure, and exits with the highest code', async () => {
    const { code, err } = await magnum('bay delete gone my-bay --yes');
    expect(code).toBe(3);
    expect(err).toContain('gone: Not found. (request req-7)');
    expect(err).toContain('my-bay: will be deleted');
  });

  test('asks on a terminal, and deletes only after a yes', async () => {
    const terminal = { inIsTty: true, errIsTty: true };
    const refused = await magnum('bay delete my-bay', { ...terminal, ask: async () => '' });
    expect([refused.code, refused.requests]).toEqual([1, []]);
    expect((await magnum('bay delete my-bay', { ...terminal, ask: async () => 'y' })).code).toBe(0);
    expect((await magnum('bay delete my-bay --yes', terminal)).code).toBe(0);
  });
});

describe('containers', () => {
  test('are acted on by name', async () => {
    expect((await magnum('pod delete web --bay my-bay -y')).requests).toEqual([
      { line: 'DELETE /v1/pods/web?bay_ident=my-bay', body: undefined },
    ]);
    expect((await magnum('container start web')).requests).toEqual([{ line: 'PUT /v1/containers/web/start', body: undefined }]);
  });

  test('run commands whose words keep their boundaries', async () => {
    expect((await magnum(['container', 'exec', 'web', 'ls', '-la', 'a b'])).out).toBe("ls -la 'a b'\n");
    expect((await magnum(['container', 'exec', 'web', 'ls -la'])).out).toBe('ls -la\n');
  });
});

describe('magnum dev load-image', () => {
  test('names the nodes that have the image', async () => {
    const { out, requests } = await magnum('dev load-image nginx:stable --bay my-bay');
    expect(requests[0]).toEqual({ line: 'POST /v1/bays/my-bay/images', body: { image: 'nginx:stable' } });
    expect(out).toBe('nginx:stable is now on master-1, worker-7f3a\n');
    const data = await magnum('dev load-image nginx:stable --bay my-bay -f json');
    expect(JSON.parse(data.out)).toEqual({ image: 'nginx:stable', nodes: ['master-1', 'worker-7f3a'] });
  });
});

describe('following events', () => {
  const story = [1, 2].map((id) => ({
    id,
    at: `2026-01-01T00:00:0${id}Z`,
    kind: 'stack',
    resource: 'evil\u001b[2J',
    status: 'X',
    reason: null,
  }));
  const answers = (_method: string, path: string): Response | undefined =>
    path === '/v1/bays/my-bay/events'
      ? new Response(
          `${story.map((event) => `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`).join('')}event: gone\ndata: {}\n\n`,
          {
            headers: { 'content-type': 'text/event-stream' },
          },
        )
      : undefined;

  test('prints a line for each as it comes, until the bay is gone', async () => {
    const { code, out } = await magnum('bay events my-bay --follow', { answers });
    expect([code, out.split('\n').length]).toEqual([0, 3]);
    expect(out).toMatch(/^2026-01-01T00:00:01Z {2}stack {2}evil\S* {2}X {2}-\n/);
    expect(out).not.toContain('\u001b');
  });

  test('prints JSON lines, and starts after the given event', async () => {
    const { out, requests } = await magnum('bay events my-bay --follow --after 7 -f json', { answers });
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: number }).id),
    ).toEqual([1, 2]);
    expect(requests[0]?.line).toBe('GET /v1/bays/my-bay/events?after=7');
  });
});

describe('clusters, node groups and quotas', () => {
  const accepted = () => Response.json({ uuid: 'u-1' }, { status: 202 });
  const answers = (method: string): Response | undefined => (method === 'GET' ? undefined : accepted());

  test.each([
    [
      'cluster resize my-cluster 3 --nodegroup large --nodes-to-remove a,b --nodes-to-remove c',
      'POST /v1/clusters/my-cluster/actions/resize',
      { node_count: '3', nodegroup: 'large', nodes_to_remove: ['a', 'b', 'c'] },
    ],
    [
      'cluster upgrade my-cluster next --max-batch-size 2',
      'POST /v1/clusters/my-cluster/actions/upgrade',
      { cluster_template: 'next', max_batch_size: 2 },
    ],
    [
      'nodegroup create my-cluster large --flavor m1.large --min-nodes 1 --max-nodes 5 --node-labels a=b --node-taints x=y:NoExecute',
      'POST /v1/clusters/my-cluster/nodegroups',
      {
        name: 'large',
        flavor_id: 'm1.large',
        min_node_count: 1,
        max_node_count: 5,
        node_labels: { a: 'b' },
        node_taints: ['x=y:NoExecute'],
      },
    ],
    [
      'nodegroup update my-cluster large --max-nodes 9 replace min_node_count=2',
      'PATCH /v1/clusters/my-cluster/nodegroups/large',
      [
        { op: 'replace', path: '/max_node_count', value: 9 },
        { op: 'replace', path: '/min_node_count', value: 2 },
      ],
    ],
    ['quota create p-1 --hard-limit 5', 'POST /v1/quotas', { project_id: 'p-1', hard_limit: 5 }],
    [
      'quota update p-1 Cluster --hard-limit 7',
      'PATCH /v1/quotas/p-1/Cluster',
      { project_id: 'p-1', resource: 'Cluster', hard_limit: 7 },
    ],
    [
      'federation create world --host-cluster hive --properties dns-zone=example.org',
      'POST /v1/federations',
      { name: 'world', hostcluster_id: 'hive', properties: { 'dns-zone': 'example.org' } },
    ],
  ])('%s', async (line, request, body) => {
    const { code, requests, err } = await magnum(line, { answers });
    expect(err).toBe('');
    expect(requests[0]).toEqual({ line: request, body });
    expect(code).toBe(0);
  });

  test('a deletion within another resource names both', async () => {
    const gone = (method: string): Response | undefined =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : undefined;
    const groups = await magnum('nodegroup delete my-cluster one two --yes', { answers: gone });
    expect(groups.requests.map(({ line }) => line).sort()).toEqual([
      'DELETE /v1/clusters/my-cluster/nodegroups/one',
      'DELETE /v1/clusters/my-cluster/nodegroups/two',
    ]);
    const quota = await magnum('quota delete p-1 Cluster --yes', { answers: gone });
    expect(quota.requests.map(({ line }) => line)).toEqual(['DELETE /v1/quotas/p-1/Cluster']);
  });

  test('a wait for a resize prints only the events of the resize', async () => {
    const { requests, code } = await magnum('cluster resize u-1 3 --wait', { answers });
    expect(code).toBe(0);
    expect(requests.map(({ line }) => line)).toContain('POST /v1/clusters/u-1/actions/resize');
    expect(requests[0]?.line).toContain('GET /v1/clusters/u-1/events');
    expect(requests.some(({ line }) => line.includes('after=2'))).toBe(true);
  });
});
