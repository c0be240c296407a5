import { describe, expect, test } from 'vitest';
import { formatTable } from './table.js';
import { BAY, magnum, type Answers, type Setting } from './testing/fake-magnum.js';
import { widthOf } from './text.js';

const UUID = '5d12f6fd-a196-4bf0-ae4c-1f639a523a52';
const bay = {
  ...BAY,
  uuid: UUID,
  name: 'a-bay-with-a-name-of-some-length',
  status: 'UPDATE_FAILED',
  status_reason:
    'Resource CREATE failed: ResourceInError: resources.worker-3: Went to status ERROR due to "No valid host was found."',
  labels: {
    docker_volume_type: 'lvmdriver-1',
    swarm_strategy: 'spread',
    http_proxy: 'http://proxy.example.org:3128/with/a/long/path/x',
  },
  discovery_url: 'https://discovery.example.org/0123456789abcdef0123456789abcdef',
};
const label = (name: string, meaning: string, others: object): object => ({
  name,
  type: 'string',
  default: null,
  one_of: null,
  minimum: null,
  maximum: null,
  meaning,
  ...others,
});
const driver = {
  name: 'swarm',
  platforms: [{ server_type: 'vm', distro: 'fedora', coe: 'swarm' }],
  labels: [
    label('swarm_strategy', 'How the engine chooses a node for a container, where it may choose between several of them.', {
      one_of: ['spread', 'binpack'],
      default: 'spread',
    }),
    label('rexray_preempt', 'Whether a node takes a volume that another one has.', { type: 'boolean' }),
    label('drain_timeout', 'Seconds.', { type: 'integer', minimum: 1, maximum: 3600, default: '300' }),
    label('etcd_volume_size', 'GiB.', { type: 'integer', minimum: 0 }),
  ],
};
const plan = {
  name: 'x',
  driver: 'swarm',
  resources: [
    { type: 'OS::Nova::Server', count: 3, names: ['master-0/server', 'worker-1/server', 'worker-2/server'] },
    { type: 'OS::Neutron::FloatingIP', count: 1, names: ['master-0/floating-address'] },
  ],
  quotas: [{ kind: 'servers', needed: 3, limit: 10, used: 9 }],
  warnings: [{ field: 'quota', message: 'servers: 3 are needed, and 1 is left' }],
};
const answers: Answers = (method, path) => {
  if (path === '/v1/bays' && method === 'POST') return Response.json(plan);
  if (path === '/v1/bays') return Response.json({ bays: [bay, { ...bay, status: 'CREATE_COMPLETE', name: 'short' }] });
  if (path === '/v1/drivers/swarm') return Response.json(driver);
  return path === '/v1/bays/my-bay' ? Response.json(bay) : undefined;
};

const LINES = {
  'bay-list': 'bay list',
  'bay-show': 'bay show my-bay',
  'driver-show': 'driver show swarm',
  'dry-run': 'bay create x --baymodel m --dry-run',
};
const ENV = { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 't' };
const OUTPUTS: Readonly<Record<string, Setting>> = {
  80: { outIsTty: true, outWidth: 80, env: { ...ENV, NO_COLOR: '1' } },
  200: { outIsTty: true, outWidth: 200, env: { ...ENV, NO_COLOR: '1' } },
  colour: { outIsTty: true, outWidth: 120, env: ENV },
  pipe: { env: ENV },
};

describe('tables', () => {
  const cases = Object.entries(LINES).flatMap(([name, line]) =>
    Object.entries(OUTPUTS).map(([output, setting]) => ({ name, line, output, setting })),
  );

  test.each(cases)('$name as a file, $output', async ({ name, line, output, setting }) => {
    const { out } = await magnum(line, { ...setting, answers });
    await expect(out).toMatchFileSnapshot(`testing/golden/${name}-${output}.txt`);
    if (output !== 'colour') expect(out).not.toContain('\u001b');
    const plain = out.replace(/\u001b\[\d+m/g, '');
    if (setting.outWidth) expect(Math.max(...plain.split('\n').map(widthOf))).toBeLessThanOrEqual(setting.outWidth);
  });

  test('lose no text when they are made narrower', () => {
    const row = ['uuid-0123-4567', 'a word, and another_one', '日本語のテキスト日本語', 'x'.repeat(50)];
    const header = ['id', 'text', 'wide', 'long'];
    for (const width of [50, 60, 80, 120]) {
      const text = formatTable(header, [row], { width, hasColour: false });
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .slice(1);
      expect(new Set(text.trimEnd().split('\n').map(widthOf)).size).toBe(1);
      expect(widthOf(text.split('\n')[0] ?? '')).toBeLessThanOrEqual(width);
      for (const [column, cell] of row.entries()) {
        const joined = lines.map((line) => line.split('|')[column + 1]?.trim() ?? '').join('');
        expect(joined.replaceAll(' ', '')).toBe(cell.replaceAll(' ', ''));
      }
    }
  });

  test('stay as they are where they fit, and where there is no terminal', () => {
    const row = ['a', 'x'.repeat(300)];
    expect(formatTable(['a', 'b'], [row], { width: undefined, hasColour: false })).toContain('x'.repeat(300));
    expect(formatTable(['a', 'b'], [['1', '2']], { width: 11, hasColour: false }).split('\n')[0]).toBe('+---+---+');
  });

  test('have at least eight columns for a text, however narrow the terminal is', () => {
    const text = formatTable(undefined, [['0123456789', '0123456789']], { width: 5, hasColour: false });
    expect(text).toContain('| 01234567 | 01234567 |');
  });

  test('are as wide as --max-width says', async () => {
    const widest = async (line: string, setting: Setting = {}): Promise<number> =>
      Math.max(...(await magnum(line, { ...setting, answers })).out.split('\n').map(widthOf));
    expect(await widest('bay show my-bay --max-width 60')).toBe(60);
    expect(await widest('bay show my-bay --max-width 0', { outIsTty: true, outWidth: 60 })).toBeGreaterThan(100);
    expect((await magnum('bay show my-bay --max-width wide')).code).toBe(2);
  });
});

describe('colours of statuses', () => {
  const colours = async (setting: Setting, format = 'table'): Promise<boolean> =>
    (await magnum(`bay list -f ${format}`, { ...setting, answers })).out.includes('\u001b[31mUPDATE_FAILED\u001b[0m');
  const terminal = { outIsTty: true, outWidth: 200 };

  test('are on a terminal only, and only in tables', async () => {
    expect(await colours({ ...terminal, env: ENV })).toBe(true);
    expect(await colours({ env: ENV })).toBe(false);
    expect(await colours({ ...terminal, env: { ...ENV, NO_COLOR: '1' } })).toBe(false);
    expect(await colours({ ...terminal, env: { ...ENV, TERM: 'dumb' } })).toBe(false);
    for (const format of ['json', 'yaml', 'value', 'csv']) expect(await colours({ ...terminal, env: ENV }, format)).toBe(false);
  });

  test('obey FORCE_COLOR, unless NO_COLOR is set', async () => {
    expect(await colours({ env: { ...ENV, FORCE_COLOR: '1' } })).toBe(true);
    expect(await colours({ ...terminal, env: { ...ENV, FORCE_COLOR: '0' } })).toBe(false);
    expect(await colours({ env: { ...ENV, FORCE_COLOR: '1', NO_COLOR: '1' } })).toBe(false);
  });
});
