import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Listeners } from '../../packages/server/src/app.js';
import { testAuthority, type TestAuthority } from '../support/authority.js';
import { aService, type Service } from '../support/service.js';

/** The recipes of docs/sdk.md, run as they stand there: programs with the environment's credentials, over sockets, against the whole service. */
const page = readFileSync(new URL('../../docs/sdk.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('\n## Recipes\n');
const recipes = new Map(
  [...section.matchAll(/\n### (.*)\n[^]*?```ts\n([^]*?)```/g)].map(([, title = '', program = '']) => [title, program]),
);

const UUID_LENGTH = 36;
/** What each recipe prints. */
const SAID: Readonly<Record<string, readonly RegExp[]>> = {
  'Make a bay and watch it': [new RegExp(`^accepted ${UUID_LENGTH}$`), /^\w.* CREATE_COMPLETE$/, /^watched CREATE_COMPLETE$/],
  'Make a bay once, however often the program runs': [/^true 1$/],
  'See what a bay would take': [/^\d+ \S+/, /^$|^\[\]$/],
  'Resize when nothing else is under way': [/^UPDATE_COMPLETE UPDATE_COMPLETE$/],
  'Change a bay model only if no other client has changed it': [/^true$/],
  "Write the files of the engine's client": [/ca\.pem.*cert\.pem.*key\.pem/],
  'Find what has failed, and why': [/^true$/],
  'Delete all bays with a label': [/^1 0$/],
  'Tell errors apart': [/^there is no such bay$/, /^try again: http:\/\/127\.0\.0\.1:2 cannot be reached/],
  'Bound the time of a call': [/^Error: the user left$/, /^true$/],
  'Trace and log each request': [/^POST \/v1\/bays\?dry_run=true 200 1$/, /^warning$/],
  'Use a cloud of clouds.yaml, with its own authority': [/^1$/],
};

let service: Service;
let authority: TestAuthority;
let listeners: readonly Listeners[] = [];
// Below the repository, where the programs find its packages.
const folder = (() => {
  const cache = new URL('../../.cache/', import.meta.url).pathname;
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, 'recipes-'));
})();

beforeAll(async () => {
  service = await aService();
  await service.createModel();
  authority = testAuthority();
  const issued = authority.issue('server', 'IP:127.0.0.1');
  const tls = { cert: readFileSync(issued.cert, 'utf8'), key: readFileSync(issued.key, 'utf8') };
  const [plain, secure] = [new Listeners(service.answer, {}), new Listeners(service.answer, { tls })];
  listeners = [plain, secure];
  const endpoint = `http://127.0.0.1:${await plain.listen(0, '127.0.0.1')}/v1`;
  const lab = {
    auth_type: 'token',
    auth: { auth_url: endpoint, token: service.tokens.demo },
    container_infra_endpoint_override: `https://127.0.0.1:${await secure.listen(0, '127.0.0.1')}/v1`,
    cacert: authority.ca,
  };
  writeFileSync(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { lab } }));
  vi.stubEnv('OS_TOKEN', service.tokens.demo);
  vi.stubEnv('MAGNUM_ENDPOINT', endpoint);
  vi.stubEnv('CERTIFICATES', join(folder, 'certificates'));
  vi.stubEnv('OS_CLIENT_CONFIG_FILE', join(folder, 'clouds.yaml'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const one of listeners) await one.close(500);
  await service.stop();
  authority.remove();
  rmSync(folder, { recursive: true });
});

test('each recipe has its expectation, and there are ten at least', () => {
  expect([...recipes.keys()].sort()).toEqual(Object.keys(SAID).sort());
  expect(recipes.size).toBeGreaterThanOrEqual(10);
});

test.each(Object.keys(SAID))(
  '%s',
  async (title) => {
    const lines: string[] = [];
    const print = vi
      .spyOn(console, 'log')
      .mockImplementation(
        (...words: unknown[]) =>
          void lines.push(words.map((word) => (Array.isArray(word) ? JSON.stringify(word) : String(word))).join(' ')),
      );
    const path = join(folder, `${title.replace(/\W+/g, '-')}.ts`);
    writeFileSync(path, recipes.get(title) ?? '');
    try {
      await import(path);
    } finally {
      print.mockRestore();
    }
    for (const expected of SAID[title] ?? [])
      expect(
        lines.some((line) => expected.test(line)),
        `${String(expected)} in\n${lines.join('\n')}`,
      ).toBe(true);
  },
  60_000,
);
