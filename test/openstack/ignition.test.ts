import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildIgnition } from '../../scripts/host/ignition.mjs';
import { BayFleet } from './bay-fleet.js';
import { withOpenstack } from './cloud.js';
import { NodeAccounts, userDataOf, type Member } from './node-accounts.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

const HOSTILE = '%41 %zz "}]}\\ $(touch /tmp/owned) `id` # ; {get_file: x} $VALUES ünï';

/** Servers of this cloud boot nothing: Ignition reads what Heat has put together for them and Nova keeps. */
await withOpenstack('a bay of Fedora CoreOS', (cloud) => {
  let bays: BayFleet;
  let programs: Awaited<ReturnType<typeof buildIgnition>>;
  let members: readonly Member[];
  let bay = '';

  beforeAll(async () => {
    programs = await buildIgnition((line) => console.info(line));
    bays = await BayFleet.start(cloud);
    const labels = { hostile: HOSTILE };
    bay = await bays.create('ice', await bays.model({ coe: 'kubernetes', image_id: 'fedora-coreos-latest', labels }));
    const { body } = await bays.settled(bay);
    expect(body, JSON.stringify(body)).toMatchObject({ status: 'CREATE_COMPLETE' });
    members = await new NodeAccounts(cloud, bays).membersOf(bay);
  });
  afterAll(() => bays?.stop());

  /** What Ignition says of it, and the file with the node's values as Ignition decodes it. */
  async function read({
    serverId,
  }: Member): Promise<{ readonly report: string; readonly values: Readonly<Record<string, unknown>> }> {
    const input = await userDataOf(cloud, serverId);
    const { stdout, stderr, status } = spawnSync(programs.read, { input, encoding: 'utf8', maxBuffer: 2 ** 24 });
    expect([stderr, status]).toEqual(['', 0]);
    const { report, files } = JSON.parse(stdout) as {
      readonly report: string;
      readonly files: readonly { readonly path: string; readonly contents: string }[];
    };
    const file = files.find(({ path }) => path === '/etc/magnum/node.json');
    return {
      report,
      values: JSON.parse(Buffer.from(file?.contents ?? '', 'base64').toString()) as Readonly<Record<string, unknown>>,
    };
  }

  test('has servers whose user data Ignition takes without a word, and whose values are those of the node', async () => {
    expect(members).toHaveLength(2);
    for (const member of members) {
      const { report, values } = await read(member);
      expect(report).toBe('');
      expect(values).toMatchObject({ node_name: member.name, bay_id: bay, wait: { endpoint: expect.stringMatching(/^http/) } });
      expect(JSON.parse(String(values['labels']))).toEqual({ hostile: HOSTILE });
    }
  });

  test('has workers that know where to join, in the words of the first control plane', async () => {
    const worker = members.find(({ name }) => !name.includes('master'));
    if (!worker) throw new Error('the bay has no worker');
    const { values } = await read(worker);
    const [said] = Object.values(JSON.parse(String(values['join'])) as Readonly<Record<string, string>>);
    expect(JSON.parse(said ?? '')).toEqual({ address: '10.0.0.9', token: 'SWMTKN-1-test' });
  });

  test('has nodes that enrol with the token of their user data', () => {
    for (const { madeWith, proof } of members) {
      expect(madeWith.id).toMatch(/^[0-9a-f]{32}$/);
      expect(Object.keys(proof)).toEqual(['X-Magnum-Node', 'X-Magnum-Node-Secret']);
    }
  });
});
