import { operations, type Operation } from '@magnum-ts/openapi';
import { describe, expect, test } from 'vitest';
import { BAY, magnum, type Answers } from './testing/fake-magnum.js';

const all: readonly Operation[] = Object.values(operations);
const lists = all.filter(({ cli }) => cli?.rows && !cli.command.endsWith('--detail'));
const wordsOf = ({ cli, queryParams }: Operation): readonly string[] => [
  ...(cli?.command.split(' ') ?? []),
  ...(cli?.positional.map((name) => `a-${name}`) ?? []),
  ...queryParams.filter(({ required }) => required).flatMap(({ name, cli: hints }) => [`--${hints?.flags?.[0] ?? name}`, 'b']),
];

describe('an unknown column', () => {
  test.each(lists.map((operation) => [operation.cli?.command, wordsOf(operation)] as const))(
    'is an error that lists the columns, before anything is sent: %s',
    async (_command, words) => {
      for (const option of ['-c', '--sort-column']) {
        const { code, err, out, requests } = await magnum([...words, '-f', 'value', option, 'stauts']);
        expect(err).toMatch(/^magnum: No column is named "stauts"; the columns are: (\w+, )+\w+\n$/);
        expect([code, out, requests]).toEqual([1, '', []]);
      }
    },
  );

  test.each([
    'bay show my-bay -c stauts',
    'bay show my-bay -c name,stauts -f json',
    'bay create x --baymodel m -c stauts',
    'bay update my-bay --node-count 3 -c stauts',
    'baymodel create x --coe swarm --image i --keypair k -c stauts',
    'quota show p Cluster -c stauts',
    'stats show -c stauts',
    'driver show d -c stauts',
    'certificate show my-bay -f json -c stauts',
    'certificate rotate my-bay --yes -c stauts',
    'bay list --detail -c stauts',
  ])('is refused before a command has changed anything: %s', async (line) => {
    const { code, err, requests } = await magnum(line);
    expect(err).toContain('"stauts"; the columns are: ');
    expect([code, requests]).toEqual([1, []]);
  });

  test.each(['bay create x --baymodel m -c name -c status', 'bay create x --baymodel m --dry-run -c quotas'])(
    'is none of those that the bay or the plan has: %s',
    async (line) => {
      expect((await magnum(line)).code).toBe(0);
    },
  );
});

describe('a column that only the detailed list has', () => {
  const detailed: Answers = (_method, path) =>
    path === '/v1/clusters/detail' ? Response.json({ clusters: [{ name: 'c', project_id: 'p' }] }) : undefined;

  test('fetches the details', async () => {
    const { out, requests } = await magnum('cluster list -f value -c name -c project_id', { answers: detailed });
    expect(requests.map(({ line }) => line)).toEqual(['GET /v1/clusters/detail']);
    expect(out).toBe('c p\n');
  });

  test('fetches the summary where that is enough', async () => {
    const { requests } = await magnum('bay list -c name --sort-column status');
    expect(requests.map(({ line }) => line)).toEqual(['GET /v1/bays']);
  });
});

describe('values for programs are those of openstackclient', () => {
  const bay = {
    ...BAY,
    name: 'a "b"',
    status_reason: null,
    master_lb_enabled: true,
    labels: { a: 'b', c: "it's" },
    node_addresses: ['192.0.2.8', '192.0.2.9'],
    bay_faults: [],
  };
  const answers: Answers = (_method, path) => {
    if (path === '/v1/bays/detail') return Response.json({ bays: [bay] });
    return path === '/v1/bays/my-bay' ? Response.json(bay) : undefined;
  };
  const columns = '-c name,node_count,status_reason,master_lb_enabled,labels,node_addresses';

  test('csv has bare numbers and truth values', async () => {
    const { out } = await magnum(`bay list --no-header -f csv ${columns}`, { answers });
    expect(out).toBe(`"a ""b""",2,"",True,"{'a': 'b', 'c': ""it's""}","['192.0.2.8', '192.0.2.9']"\n`);
    expect((await magnum('bay list -f csv -c uuid,node_count')).out).toMatch(/^"uuid","node_count"\n/);
  });

  test('value has the texts of Python', async () => {
    const { out } = await magnum(`bay list -f value ${columns}`, { answers });
    expect(out).toBe(`a "b" 2 None True {'a': 'b', 'c': "it's"} ['192.0.2.8', '192.0.2.9']\n`);
    expect((await magnum('bay show my-bay -f value -c labels -c status_reason', { answers })).out).toBe(
      `{'a': 'b', 'c': "it's"}\nNone\n`,
    );
  });

  test('json has the data', async () => {
    const { out } = await magnum('bay list -f json -c node_count -c status_reason -c labels', { answers });
    expect(JSON.parse(out)).toEqual([{ node_count: 2, status_reason: null, labels: bay.labels }]);
  });
});

describe('--sort-column', () => {
  const rows = [
    { name: 'b', node_count: 10, status: 'X' },
    { name: 'a', node_count: 9, status: 'X' },
    { name: 'c', node_count: 9, status: null },
  ];
  const answers: Answers = (_method, path) => (path === '/v1/bays' ? Response.json({ bays: rows }) : undefined);
  const names = async (options: string): Promise<string> =>
    (await magnum(`bay list -f value -c name ${options}`, { answers })).out.replaceAll('\n', '');

  test.each([
    ['--sort-column name', 'abc'],
    ['--sort-column name --sort-descending', 'cba'],
    ['--sort-column node_count', 'acb'],
    ['--sort-column node_count --sort-column name --sort-descending', 'bca'],
    ['--sort-column status,name', 'abc'],
    ['--sort-column status,name --sort-descending', 'bac'],
  ])('%s', async (options, sorted) => {
    expect(await names(options)).toBe(sorted);
  });

  test('is refused where it has no effect', async () => {
    expect((await magnum('bay list --sort-column name --sort-ascending --sort-descending')).code).toBe(2);
    expect((await magnum('bay events my-bay --follow --sort-column at')).code).toBe(2);
  });
});
