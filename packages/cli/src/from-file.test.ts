import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aFolder, BAY, failing, magnum, type Answers } from './testing/fake-magnum.js';

const written = (text: string, name = 'bay.yaml'): string => {
  const file = join(aFolder(), name);
  writeFileSync(file, text);
  return file;
};

describe('--from-file', () => {
  test('gives the fields of a creation, from YAML, JSON and standard input, and options take precedence', async () => {
    const yaml = written('# mine\nname: hive\nbaymodel_id: swarm\nnode_count: 3\nlabels: {a: b}\n');
    const body = { name: 'hive', baymodel_id: 'swarm', node_count: 3, labels: { a: 'b' } };
    expect((await magnum(['bay', 'create', '--from-file', yaml])).requests[0]?.body).toEqual(body);
    const json = written(JSON.stringify(body), 'bay.json');
    expect((await magnum(['bay', 'create', 'other', '--from-file', json, '--node-count', '5'])).requests[0]?.body).toEqual({
      ...body,
      name: 'other',
      node_count: 5,
    });
    const piped = await magnum('bay create --from-file -', { readStdin: async () => 'baymodel_id: m' });
    expect(piped.requests[0]?.body).toEqual({ baymodel_id: 'm' });
  });

  test('gives the changes of an update', async () => {
    const { requests } = await magnum(['baymodel', 'update', 'swarm', '--from-file', written('flavor_id: m2\nlabels: {a: b}\n')]);
    expect(requests[0]?.body).toEqual([
      { op: 'replace', path: '/flavor_id', value: 'm2' },
      { op: 'add', path: '/labels/a', value: 'b' },
    ]);
  });

  test.each([
    ['name: x\nbaymodel_id: m\nnod_count: 3\n', /bay\.yaml:3: nod_count: there is no such field; the fields are: .*node_count/],
    ['name: x\nbaymodel_id: m\n\nnode_count: three\n', /bay\.yaml:4: node_count: "three" is no integer/],
    [
      'baymodel_id: m\nnode_count: 2.5\nlabels: [a]\n',
      /bay\.yaml:2: node_count: 2\.5 is no integer; .*bay\.yaml:3: labels: \["a"\] is no object/,
    ],
    ['baymodel_id: m\nnode_count: 100000\n', /bay\.yaml:2: node_count: it must be \d+ or less/],
    ['baymodel_id: m\n  node_count: 3\n', /bay\.yaml:[12]: /],
    ['- a\n', /the fields are a map/],
    ['name: x\n', /--baymodel is required/],
  ])('is refused with the line of each fault, before anything is sent: %j', async (text, words) => {
    const { code, err, requests } = await magnum(['bay', 'create', '--from-file', written(text)]);
    expect([code, requests]).toEqual([2, []]);
    expect(err).toMatch(words);
  });

  test('that is not there is named', async () => {
    expect(await magnum('bay create --from-file /no/such')).toMatchObject({
      code: 2,
      err: expect.stringContaining('/no/such cannot be read'),
    });
  });
});

describe('--dry-run', () => {
  const template: Answers = (_method, path) => {
    if (path === '/v1/clusters/sea')
      return Response.json({ ...BAY, name: 'sea', cluster_template_id: 't-1', labels: { a: 'b' } });
    return path === '/v1/clustertemplates/next' ? Response.json({ uuid: 't-2', name: 'next' }) : undefined;
  };
  const ofQuestions = (requests: readonly { readonly line: string }[]): boolean =>
    requests.every(({ line }) => line.startsWith('GET '));

  test('of an update shows each field as it is and as it would be, and changes nothing', async () => {
    const { code, out, err, requests } = await magnum('bay update my-bay --node-count 5 --dry-run -f json');
    expect([code, ofQuestions(requests)]).toEqual([0, true]);
    expect(JSON.parse(out)).toEqual([{ resource: 'my-bay', field: 'node_count', now: 2, then: 5 }]);
    expect(err).toBe('Would send PATCH /v1/bays/my-bay [{"op":"replace","path":"/node_count","value":5}]\n');
  });

  test('of an upgrade and a resize looks for the template and the cluster', async () => {
    const upgrade = await magnum('cluster upgrade sea next --dry-run -f value -c now -c then', { answers: template });
    expect([upgrade.code, upgrade.out, ofQuestions(upgrade.requests)]).toEqual([0, 't-1 next\n', true]);
    expect((await magnum('cluster upgrade sea lost --dry-run', { answers: template })).code).toBe(3);
    const resize = await magnum('cluster resize sea 5 --dry-run -f value -c field -c now -c then', { answers: template });
    expect([resize.out, ofQuestions(resize.requests)]).toEqual(['node_count 2 5\n', true]);
  });

  test('of a deletion needs no --yes, shows what is there, and fails for what is not', async () => {
    const { code, out, requests } = await magnum('bay delete my-bay --dry-run -f value');
    expect([code, out, ofQuestions(requests)]).toEqual([0, 'my-bay u-1 CREATE_COMPLETE deleted\n', true]);
    expect((await magnum('bay delete lost --dry-run')).code).toBe(3);
  });
});

describe('a name of several', () => {
  const hour = 3_600_000;
  const twins = [
    { uuid: 'u-1', name: 'twin', status: 'CREATE_COMPLETE', created_at: new Date(Date.now() - 3 * hour).toISOString() },
    { uuid: 'u-2', name: 'twin', status: 'CREATE_FAILED', created_at: new Date(Date.now() - 72 * hour).toISOString() },
    { uuid: 'u-3', name: 'other', status: 'CREATE_COMPLETE', created_at: null },
  ];
  const answers: Answers = (_method, path) => {
    if (path === '/v1/bays/detail') return Response.json({ bays: twins });
    if (path !== '/v1/bays/twin') return undefined;
    const response = failing(409, 'Multiple bays exist with same name twin. Please use the uuid instead.');
    response.headers.set('magnum-error', 'not-unique');
    return response;
  };
  const listed =
    '2 have the name twin; give one of these uuids:\n  u-1  CREATE_COMPLETE  3 h old\n  u-2  CREATE_FAILED  3 days old\n';

  test.each([
    ['bay show twin', `magnum: ${listed}`],
    ['bay update twin --node-count 3', `magnum: ${listed}`],
    ['bay delete twin --yes', `twin: ${listed}`],
  ])('is answered with the uuids, statuses and ages: %s', async (line, words) => {
    const { code, err } = await magnum(line, { answers });
    expect([code, err]).toEqual([5, words]);
  });

  test('is one line of JSON for programs', async () => {
    const { err } = await magnum('bay show twin --error-format json', { answers });
    expect(JSON.parse(err)).toMatchObject({
      error: { code: 'not-unique', exit_code: 5, message: expect.stringContaining('u-2') },
    });
  });
});

describe('--debug-file', () => {
  test('appends the calls without secrets to a file that only the user reads', async () => {
    const file = join(aFolder(), 'debug.log');
    writeFileSync(file, 'before\n', { mode: 0o644 });
    const { err } = await magnum(['bay', 'list', '--debug-file', file]);
    const text = readFileSync(file, 'utf8');
    expect([err, statSync(file).mode & 0o777]).toEqual(['', 0o600]);
    expect(text).toMatch(/^before\ncurl /);
    expect(text).toContain('http://magnum.test/v1/bays');
    expect(text).not.toContain('secret-token');
  });

  test('that cannot be written is refused before anything is sent', async () => {
    const file = join(aFolder(), 'lost', 'debug.log');
    const { code, requests } = await magnum(['bay', 'list', '--debug-file', file]);
    expect([code, requests, existsSync(file)]).toEqual([2, [], false]);
  });
});
