import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AuthError } from './index.js';
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
