import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AuthError } from '../index.js';
import { fromClouds } from './clouds-yaml.js';

function aFolder(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'clouds-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
}

// JSON is a subset of YAML, and its parser is built in.
const parse: (text: string) => unknown = JSON.parse;

test('a cloud of clouds.yaml logs in with the secret of secure.yaml', async () => {
  const auth = { auth_url: 'http://keystone.test', username: 'ann', project_name: 'p' };
  const folder = aFolder({
    'clouds.yaml': {
      clouds: { lab: { auth, container_infra_endpoint_override: 'http://magnum.test/v1', container_infra_api_version: '1.9' } },
    },
    'secure.yaml': { clouds: { lab: { auth: { password: 'pw' } } } },
  });
  const bodies: unknown[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    bodies.push(await request.json());
    return Response.json({ token: {} }, { status: 201, headers: { 'x-subject-token': 't' } });
  };
  const found = await fromClouds({ cloud: 'lab', parse, fetch, folders: [aFolder({}), folder] });
  expect(found).toMatchObject({ endpoint: 'http://magnum.test/v1', microversion: '1.9' });
  expect((await found.auth.get()).token).toBe('t');
  expect(JSON.stringify(bodies)).toContain('"password":"pw"');
});

test('an unknown cloud is named, with the folders that were searched', async () => {
  const folder = aFolder({ 'clouds.yaml': { clouds: {} } });
  const call = fromClouds({ cloud: 'nowhere', parse, folders: [folder] });
  await expect(call).rejects.toBeInstanceOf(AuthError);
  await expect(call).rejects.toThrow(/"nowhere"/);
});

describe('values of clouds.yaml', () => {
  const auth = { auth_url: 'http://keystone.test', username: 'ann', project_name: 'p', password: 'pw' };
  const read = (entry: unknown, fetch?: (request: Request) => Promise<Response>) => {
    const folders = [aFolder({ 'clouds.yaml': { clouds: { lab: entry } } })];
    return fromClouds({ cloud: 'lab', parse, folders, ...(fetch && { fetch }) });
  };

  test('that YAML makes numbers are taken as the texts that were meant', async () => {
    const bodies: string[] = [];
    const found = await read({ auth: { ...auth, password: 12345678 }, container_infra_api_version: 1.5 }, async (request) => {
      bodies.push(await request.text());
      return Response.json({ token: {} }, { status: 201, headers: { 'x-subject-token': 't' } });
    });
    await found.auth.get();
    expect(found.microversion).toBe('1.5');
    expect(bodies[0]).toContain('"password":"12345678"');
  });

  test.each<readonly [string, unknown, RegExp]>([
    ['a number that has lost its form', { auth: { ...auth, password: 1e21 } }, /^password .*put it in quotes/],
    ['a fraction', { auth: { ...auth, password: 1.1 } }, /^password .*put it in quotes/],
    ['a list', { auth: { ...auth, username: ['ann'] } }, /^username .*put it in quotes/],
    ['a profile', { auth, profile: 'vexxhost' }, /^profile "vexxhost" .*not supported.*auth_url/],
    ['another way to log in', { auth, auth_type: 'v3totp' }, /auth_type.*"v3totp"/],
    ['a trust', { auth: { ...auth, trust_id: 't' } }, /trust_id.*not supported/],
    ['a version that is none', { auth, container_infra_api_version: 'new' }, /container_infra_api_version.*no microversion/],
    ['another Keystone', { auth, identity_api_version: 2 }, /identity_api_version.*only version 3/],
  ])('that cannot be honoured are refused: %s', async (_what, entry, message) => {
    await expect(read(entry)).rejects.toBeInstanceOf(AuthError);
    await expect(read(entry)).rejects.toThrow(message);
  });

  test('are not shown where the file is no YAML', async () => {
    const folder = aFolder({});
    writeFileSync(join(folder, 'clouds.yaml'), 'password: "hunter2');
    const error: unknown = await fromClouds({ cloud: 'lab', parse, folders: [folder] }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthError);
    expect(String(error)).toMatch(/clouds\.yaml is no valid YAML/);
    expect(String(error)).not.toContain('hunter2');
  });
});
