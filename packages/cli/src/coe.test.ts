import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { processIo } from './io.js';
import { buildProgram } from './main.js';
import { OSC_COMMANDS } from './testing/osc-commands.js';
import { aFolder, magnum, type Answers } from './testing/fake-magnum.js';

const answers: Answers = (method, path) => {
  if (path === '/v1') return undefined;
  if (method === 'DELETE') return new Response(null, { status: 204 });
  if (path.endsWith('/certificates')) return Response.json({ pem: 'SIGNED\n' }, { status: 201 });
  if (method !== 'GET') return Response.json({ uuid: 'u-1', name: 'x' }, { status: 202 });
  return Response.json({
    uuid: 'u-1',
    name: 'x',
    pem: 'CA\n',
    clusters: [],
    clustertemplates: [],
    nodegroups: [],
    quotas: [],
    mservices: [],
  });
};
const sent = async (line: string | readonly string[]): Promise<{ readonly line: string; readonly body: unknown } | undefined> => {
  const words = typeof line === 'string' ? line.split(' ') : line;
  const { code, err, requests } = await magnum(['coe', ...words], { answers });
  expect([code, err.replace(/^.*: (will be )?deleted\n/gm, '')]).toEqual([0, '']);
  return requests[0];
};

describe('every command and option of the plugin', async () => {
  const program = await buildProgram(processIo(new AbortController().signal), ['coe']);
  const find = (words: string): Command | undefined =>
    words
      .split(' ')
      .reduce<Command | undefined>((found, word) => found?.commands.find((known) => known.name() === word), program);

  test.each(Object.entries(OSC_COMMANDS))('is there: coe %s', (words, { positional, options }) => {
    const command = find(`coe ${words}`);
    expect(command, words).toBeDefined();
    const known = command?.options.map(({ long }) => long) ?? [];
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
    expect(command?.registeredArguments.length ?? 0).toBeGreaterThanOrEqual(positional.length);
  });

  test('and has the options of its formatters: -f, -c, --noindent, --max-width, --fit-width, --print-empty, --quote, --prefix, --sort-column', () => {
    const list = find('coe cluster list')?.options.flatMap(({ long, short }) => [long, short]) ?? [];
    const wanted = [
      '-f',
      '--format',
      '-c',
      '--column',
      '--noindent',
      '--max-width',
      '--fit-width',
      '--print-empty',
      '--quote',
      '--prefix',
    ];
    expect(
      [...wanted, '--sort-column', '--sort-ascending', '--sort-descending'].filter((option) => !list.includes(option)),
    ).toEqual([]);
  });
});

describe('a command in the words of openstackclient', () => {
  test('makes a template with the defaults of the plugin and its opposite options', async () => {
    const line =
      'cluster template create k8s --coe kubernetes --image debian --external-network public --keypair k --floating-ip-disabled --visible --labels a=b;c=d --no-proxy localhost --tags x,y';
    expect(await sent(line)).toEqual({
      line: 'POST /v1/clustertemplates',
      body: {
        name: 'k8s',
        coe: 'kubernetes',
        image_id: 'debian',
        external_network_id: 'public',
        keypair_id: 'k',
        flavor_id: 'm1.medium',
        dns_nameserver: '8.8.8.8',
        docker_storage_driver: 'overlay2',
        server_type: 'vm',
        floating_ip_enabled: false,
        hidden: false,
        labels: { a: 'b', c: 'd' },
        no_proxy: 'localhost',
        tags: 'x,y',
      },
    });
  });

  test('makes a cluster', async () => {
    const line = 'cluster create c --cluster-template t --master-lb-disabled --merge-labels --labels a=b --node-count 3';
    expect((await sent(line))?.body).toEqual({
      name: 'c',
      cluster_template_id: 't',
      master_count: 1,
      node_count: 3,
      create_timeout: 60,
      master_lb_enabled: false,
      merge_labels: true,
      labels: { a: 'b' },
    });
  });

  test('changes labels, a name and tags by a patch', async () => {
    expect((await sent('cluster update c --name d --label a=b=c --no-label x/y --node-count 2'))?.body).toEqual([
      { op: 'replace', path: '/node_count', value: 2 },
      { op: 'replace', path: '/name', value: 'd' },
      { op: 'add', path: '/labels/a', value: 'b=c' },
      { op: 'remove', path: '/labels/x~1y' },
    ]);
    const changes = [
      { op: 'replace', path: '/tls_disabled', value: false },
      { op: 'replace', path: '/public', value: false },
      { op: 'replace', path: '/tags', value: 'a,b' },
    ];
    const patch = (await sent('cluster template update t --tls-enabled --private --tag a --tag b'))?.body;
    expect(patch).toHaveLength(3);
    expect(patch).toEqual(expect.arrayContaining(changes));
    expect((await sent('cluster update c replace node_count=2'))?.body).toEqual([
      { op: 'replace', path: '/node_count', value: 2 },
    ]);
  });

  test.each([
    ['cluster delete a', 'DELETE /v1/clusters/a'],
    ['cluster template delete a', 'DELETE /v1/clustertemplates/a'],
    ['nodegroup delete c g', 'DELETE /v1/clusters/c/nodegroups/g'],
    ['quotas delete --project-id p --resource Cluster', 'DELETE /v1/quotas/p/Cluster'],
    ['quotas show --project-id p --resource Cluster', 'GET /v1/quotas/p/Cluster'],
    ['quotas list --all-tenants', 'GET /v1/quotas?all_tenants=true'],
    ['stats list p', 'GET /v1/stats?project_id=p'],
    ['ca rotate c', 'PATCH /v1/certificates/c'],
    ['ca show c', 'GET /v1/certificates/c'],
    ['credential rotate c', 'PATCH /v1/credentials/c'],
    ['service list', 'GET /v1/mservices'],
    ['cluster resize c 3 --nodes-to-remove a --nodegroup g', 'POST /v1/clusters/c/actions/resize'],
    ['nodegroup list c --role worker --limit 3', 'GET /v1/clusters/c/nodegroups?role=worker&limit=3'],
  ])('%s, and never asks', async (line, request) => {
    expect((await sent(line))?.line).toBe(request);
  });

  test('creates quotas, node groups and upgrades with the defaults of the plugin', async () => {
    expect(await sent('quotas create --project-id p --resource Cluster')).toEqual({
      line: 'POST /v1/quotas',
      body: { project_id: 'p', resource: 'Cluster', hard_limit: 1 },
    });
    expect((await sent('nodegroup create c g --max-nodes 3'))?.body).toEqual({
      name: 'g',
      node_count: 1,
      min_node_count: 0,
      max_node_count: 3,
      role: 'worker',
    });
    expect((await sent('cluster upgrade c t'))?.body).toEqual({ cluster_template: 't', max_batch_size: 1 });
  });

  test('has a request signed from a file', async () => {
    const file = join(aFolder(), 'a.csr');
    writeFileSync(file, 'A REQUEST');
    expect(await sent(['ca', 'sign', 'c', file])).toEqual({
      line: 'POST /v1/certificates',
      body: { bay_uuid: 'c', csr: 'A REQUEST' },
    });
  });

  test('shows further columns of templates', async () => {
    const { out } = await magnum('coe cluster template list --fields coe,image_id -f csv', { answers });
    expect(out).toBe('"uuid","name","tags","coe","image_id"\n');
  });

  test('writes the files of a cluster, and refuses a login by Keystone', async () => {
    const folder = join(aFolder(), 'config');
    mkdirSync(folder);
    const { code, err } = await magnum(['coe', 'cluster', 'config', 'my-bay', '--dir', folder, '--force', '--output-certs']);
    expect([code, err]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe('CA PEM\n');
    expect((await magnum('coe cluster config my-bay --use-keystone')).code).toBe(2);
  });
});
