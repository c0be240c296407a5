import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aFolder, magnum, type Answers, type Setting } from './testing/fake-magnum.js';

const bays = [
  { uuid: 'u-1', name: 'sea', status: 'CREATE_COMPLETE' },
  { uuid: 'u-2', name: 'sky', status: 'CREATE_FAILED' },
  { uuid: 'u-3', name: "it's $(touch x)", status: 'CREATE_COMPLETE' },
  { uuid: 'u-4', name: 'evil\u001b[2J', status: 'CREATE_COMPLETE' },
  { uuid: 'u-5', name: 'twin', status: 'CREATE_COMPLETE' },
  { uuid: 'u-6', name: 'twin', status: 'CREATE_COMPLETE' },
];
const answers: Answers = (_method, path) => {
  if (path === '/v1/bays') return Response.json({ bays });
  if (path === '/v1/baymodels') return Response.json({ baymodels: [{ uuid: 'm-1', name: 'swarm', coe: 'swarm' }] });
  if (path === '/v1/clusters/sea/nodegroups')
    return Response.json({ nodegroups: [{ uuid: 'g-1', name: 'large', role: 'worker' }] });
  return undefined;
};
// A loaded machine may need more than the usual time.
const ENV = { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 'a-secret-token', MAGNUM_COMPLETION_MS: '20000' };
const lines = async (words: string | readonly string[], setting: Setting = {}): Promise<readonly string[]> => {
  const given = typeof words === 'string' ? words.split(' ') : words;
  const { out, err, code } = await magnum(['__complete', ...given], { answers, env: ENV, ...setting });
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').slice(0, -1);
};
const values = async (words: string | readonly string[], setting?: Setting): Promise<readonly string[]> =>
  (await lines(words, setting)).map((line) => line.split('\t')[0] ?? '');

describe('completion offers', () => {
  test.each([
    ['ba', ['baymodel', 'bay']],
    ['bay c', ['create', 'config']],
    ['bay create --node', ['--node-count']],
    ['bay create --os-reg', ['--os-region-name']],
    ['dev lo', ['load-image']],
    ['--os-region-name prod bay --debug c', ['create', 'config']],
    ['bay show sea --max-w', ['--max-width']],
    ['coe cluster template cr', ['create']],
    ['bay de', ['delete']],
    ['bay r', ['rm']],
    ['help bay cr', ['create']],
    ['completion f', ['fish']],
    ['bay list --status UPDATE_F', ['UPDATE_FAILED']],
    ['bay list --status=UPDATE_F', ['--status=UPDATE_FAILED']],
    ['bay list --status = UPDATE_F', ['UPDATE_FAILED']],
    ['baymodel create --coe k', ['kubernetes']],
    ['bay list -f j', ['json']],
    ['bay list --sort-column node_c', ['node_count']],
    ['bay show sea -c api', ['api_address']],
    ['bay list --os-interface i', ['internal']],
    ['bay update sea re', ['replace', 'remove']],
    ['bay update sea replace node', ['node_count=']],
    ['nonsense x', []],
  ])('%s', async (words, wanted) => {
    expect(await values(words)).toEqual(wanted);
  });

  test('the meaning of each candidate', async () => {
    expect(await lines('bay sh')).toEqual(['show\tShow a bay']);
  });

  test('files where an option or argument names one', async () => {
    expect(await values('certificate sign sea --csr /tmp/x')).toEqual([':files']);
    expect(await values('bay config sea --dir /tmp/x')).toEqual([':files']);
    expect(await values('bay create --flavor m')).toEqual([]);
  });

  test('the last word as empty where the shell cannot hand one over', async () => {
    expect(await values(['--empty', 'completion'])).toEqual(await values(['completion', '']));
  });

  test('the clouds of clouds.yaml', async () => {
    expect(await values('--os-cloud no-such-clou')).toEqual([]);
  });
});

describe('completion asks the service for names', () => {
  test('of arguments and options, and none that could redraw the terminal', async () => {
    expect(await lines(['bay', 'show', ''])).toEqual([
      'sea\tCREATE_COMPLETE',
      'sky\tCREATE_FAILED',
      "it's $(touch x)\tCREATE_COMPLETE",
      'evil\\x1b[2J\tCREATE_COMPLETE',
      'u-5\tCREATE_COMPLETE',
      'u-6\tCREATE_COMPLETE',
    ]);
    expect(await values('bay create x --baymodel s')).toEqual(['swarm']);
    expect(await values('nodegroup show sea l')).toEqual(['large']);
    expect(await values('bay delete sea s')).toEqual(['sky']);
  });

  test('keeps them for a minute, without a secret, and for each connection', async () => {
    const home = aFolder();
    let asked = 0;
    const counting: Answers = (method, path, url, request) => {
      if (path === '/v1/bays') asked += 1;
      return answers(method, path, url, request);
    };
    const setting = { env: { ...ENV, HOME: home }, answers: counting };
    await values('bay show s', setting);
    expect(await values('bay show s', setting)).toEqual(['sea', 'sky']);
    expect(asked).toBe(1);
    const folder = join(home, '.cache', 'magnum', 'names');
    const [name = ''] = readdirSync(folder);
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('secret');
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    await values('bay show --magnum-endpoint http://other.test s', setting);
    expect([asked, readdirSync(folder).length]).toEqual([2, 2]);
    const old = new Date(Date.now() - 61_000);
    utimesSync(join(folder, name), old, old);
    await values('bay show s', setting);
    expect(asked).toBe(3);
  });

  test('and is content with none, or with older ones, where it is late, refuses or is not there', async () => {
    const home = aFolder();
    const hanging: Setting = {
      env: { ...ENV, MAGNUM_COMPLETION_MS: '300', HOME: home },
      wait: () => new Promise(() => undefined),
    };
    expect(await values('bay show s', hanging)).toEqual([]);
    await values('bay show s', { env: { ...ENV, HOME: home } });
    const folder = join(home, '.cache', 'magnum', 'names');
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 0, 0);
    expect(await values('bay show s', hanging)).toEqual(['sea', 'sky']);
    expect(await values('bay show s', { env: {} })).toEqual([]);
    expect(await values('bay show s', { answers: () => new Response('', { status: 500 }) })).toEqual([]);
  });
});
