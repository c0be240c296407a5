import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { until } from '@magnum-ts/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES } from '../../packages/cli/src/examples.js';
import { processIo, type Io } from '../../packages/cli/src/io.js';
import { buildProgram, main } from '../../packages/cli/src/main.js';
import { anEngine, type Engine } from '../support/engine.js';
import { magnumWordsIn } from '../support/shell-words.js';
import { aService, ORIGIN, type Service } from '../support/service.js';

/** Each example of the help, run in order against the service in this process; what needs an engine is asked at one in memory. */
let service: Service;
let engine: Engine;
let folder = '';
const variables: Record<string, string> = {};

beforeAll(async () => {
  service = await aService();
  engine = await anEngine(service);
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
  Object.assign(variables, { OS_PROJECT_ID: service.config.projects[0]?.id ?? '', HOME: folder });
  mkdirSync(join(folder, 'work'));
  const manifests = {
    'pod.yaml': '{metadata: {name: web}, spec: {containers: [{name: c, image: nginx}]}}',
    'service.yaml': '{metadata: {name: front}, spec: {ports: [{port: 80}]}}',
    'rc.yaml':
      '{metadata: {name: three}, spec: {selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}',
    'ca.pem': 'A CERTIFICATE',
  };
  for (const [name, text] of Object.entries(manifests)) writeFileSync(join(folder, name), text);
  const request = [
    'req',
    '-new',
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-keyout',
    '/dev/null',
    '-subj',
    '/CN=x',
  ];
  execFileSync('openssl', [...request, '-out', join(folder, 'client.csr')], { stdio: 'pipe' });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const OF_ENGINE = /^\/v1\/(containers|pods|services|rcs|nodes|(bays|clusters)\/[^/]+\/images)(\/|$)/;
/** Operations that members may not use. */
const ADMINISTRATIVE = /^magnum (coe )?(quotas?|service) /;
const BUSY = /(bay|cluster|ca|credential|certificate|nodegroup) (update|resize|upgrade|create|rotate|delete)/;

async function answer(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  if (!OF_ENGINE.test(pathname)) return service.fetch(request);
  const raw = request.method === 'GET' ? '' : await request.text();
  const reply = await engine.request(request.method, `${pathname}${search}`, {
    ...(raw === '' ? {} : { raw }),
    token: request.headers.get('x-auth-token'),
    // The requester sets these two itself.
    headers: Object.fromEntries([...request.headers].filter(([name]) => !/^(x-auth-token|content-type)$/.test(name))),
  });
  return new Response(reply.text === '' ? null : reply.text, { status: reply.status, headers: reply.headers });
}

/** Runs the part of an example that is a command of this program. */
async function run(example: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [words = []] = magnumWordsIn(example);
  const given = words.map((word) =>
    word.replace(/\$([A-Z_]+)/g, (_, name: string) => variables[name] ?? '').replace(/^~/, folder),
  );
  let [out, err] = ['', ''];
  const io: Io = {
    ...processIo(new AbortController().signal),
    env: { MAGNUM_ENDPOINT: ORIGIN, OS_TOKEN: ADMINISTRATIVE.test(example) ? service.tokens.admin : service.tokens.demo },
    outIsTty: false,
    errIsTty: false,
    inIsTty: false,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    fetch: answer,
  };
  const home = process.cwd();
  process.chdir(folder);
  try {
    return { code: await main(given, io), out, err };
  } finally {
    process.chdir(home);
  }
}

const cases = Object.entries(EXAMPLES).flatMap(([command, examples]) => examples.map((example) => [example, command] as const));

describe('the examples of the help', async () => {
  const program = await buildProgram(processIo(new AbortController().signal));
  const walk = (command: Command, path: readonly string[]): readonly string[] =>
    command.commands.length > 0 && command.registeredArguments.length === 0
      ? command.commands.flatMap((child) => walk(child, [...path, child.name()]))
      : [path.join(' ')];

  test('are there for each command, and for none that there is not', () => {
    const commands = [...walk(program, []), 'dev'];
    expect(Object.keys(EXAMPLES).toSorted()).toEqual([...new Set(commands)].toSorted());
  });

  test.each(cases.filter(([, command]) => command !== 'dev'))('%s', async (example, command) => {
    expect(example).toContain(`magnum ${command}`);
    if (BUSY.test(command))
      await until('no work on a bay is under way', async () =>
        (
          (await service.request('GET', '/v1/bays', { version: '1.14' })).body['bays'] as readonly { readonly status: string }[]
        ).every(({ status }) => !status.endsWith('_IN_PROGRESS')),
      );
    const { code, out, err } = await run(example);
    expect([code, err], example).toEqual([0, expect.not.stringContaining('warning')]);
    if (command === 'node create') variables['NODE'] = out.trim();
  });

  test('are shown by the help of their commands', async () => {
    for (const [command, examples] of Object.entries(EXAMPLES)) {
      let out = '';
      const io = { ...processIo(new AbortController().signal), out: (text: string) => void (out += text) };
      await main([...command.split(' '), '--help'], io);
      for (const example of examples) expect(out).toContain(`\n  ${example}\n`);
    }
  });
});
