import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { bundle, compressedBytes, GOALS, PROGRAMS } from '../../scripts/bench/sdk-sizes.mjs';

/** The SDK where there is no Node: in bundles for browsers and for workerd. */
const TARGETS = ['browser', 'workerd'] as const;

/** What both have: the web's own names, and nothing of Node. */
const WEB = {
  AbortController,
  AbortSignal,
  Headers,
  Request,
  Response,
  TextDecoder,
  TextDecoderStream,
  TextEncoder,
  URL,
  URLSearchParams,
  clearTimeout,
  crypto: globalThis.crypto,
  setTimeout,
};

describe.each(TARGETS)('in a bundle for %s', (target) => {
  test.each(Object.entries(PROGRAMS))('%s builds without a module of Node', async (_what, program) => {
    const text = await bundle(program, target);
    expect(text).not.toMatch(/\bfrom\s*"|\brequire\(|import\(/);
    expect(text).not.toMatch(/\b(process|Buffer)\./);
  });

  test('the core entry runs with the names of the web alone: calls, lists, a stream of events, a login', async () => {
    const program = `import { createMagnum, passwordAuth, NotFoundError } from '@magnum-ts/sdk';
      globalThis.run = async (fetch) => {
        const auth = passwordAuth({ authUrl: 'https://keystone.test', username: 'ann', password: 'pw', projectName: 'p', fetch });
        const magnum = createMagnum({ auth, fetch });
        const said = [(await magnum.bays.get('web')).name];
        for await (const bay of magnum.bays.list({ limit: 1 })) said.push(bay.name);
        for await (const event of magnum.bays.follow('web')) said.push(event.id);
        said.push(await magnum.bays.get('nope').catch((error) => [error instanceof NotFoundError, error.name, error.code].join()));
        return said.join(' ');
      };`;
    const context = createContext({ ...WEB });
    runInContext(await bundle(program, target, { format: 'iife' }), context);
    const events = 'data: {"id":1}\n\nevent: gone\ndata: {}\n\n';
    const catalog = [{ type: 'container-infra', endpoints: [{ interface: 'public', url: 'https://magnum.test/v1' }] }];
    const fetch = async (request: Request): Promise<Response> => {
      const { pathname } = new URL(request.url);
      if (pathname === '/v3/auth/tokens')
        return Response.json({ token: { catalog } }, { status: 201, headers: { 'x-subject-token': 't' } });
      if (pathname.endsWith('/events')) return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
      if (pathname.endsWith('/nope')) return Response.json({ errors: [{ title: 'no' }] }, { status: 404 });
      return Response.json(pathname.endsWith('/bays') ? { bays: [{ name: 'one' }, { name: 'two' }] } : { name: 'web' });
    };
    const said: unknown = await runInContext('run', context)(fetch);
    expect(said).toBe('web one two 1 true,NotFoundError,not-found');
  });

  test('what needs Node is in its own entry, which does not build there', async () => {
    const build = bundle("export * from '@magnum-ts/sdk/node';", target);
    await expect(build).rejects.toThrow(/node:/);
  });
});

test.each(Object.entries(GOALS))('%s is no larger than %i bytes, minified and compressed', async (what, goal) => {
  const program = Object.entries(PROGRAMS).find(([name]) => name === what)?.[1] ?? '';
  const bytes = compressedBytes(await bundle(program, 'browser'));
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(goal);
});

test('a program that uses a part of the SDK loads no other parts', async () => {
  const { metafile } = await build({
    stdin: { contents: PROGRAMS['one list'], resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    alias: { '@magnum-ts/sdk/minimal': new URL('../../packages/sdk/src/minimal.ts', import.meta.url).pathname },
  });
  const loaded = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {}).filter(
    ([, { bytesInOutput }]) => bytesInOutput > 0,
  );
  const names = loaded.map(([path]) => path.replace(/^.*\//, ''));
  for (const absent of ['retry.ts', 'reasons.ts', 'follow.ts', 'wait.ts', 'keystone.ts', 'environment.ts', 'microversion.ts'])
    expect(names).not.toContain(absent);
});
