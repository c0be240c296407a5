import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AuthError } from '../index.js';
import { fromClouds, readCloudVariables } from './clouds-yaml.js';

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
    ['a profile', { auth, profile: 'vexxhost' }, /^profile "vexxhost" .*no clouds-public\.yaml.*not supported.*auth_url/],
    ['a profile by its address', { auth, profile: 'https://vexxhost.com' }, /^profile "https:.*no clouds-public\.yaml/],
    ['another way to log in', { auth, auth_type: 'v3kerberos' }, /auth_type.*"v3kerberos"/],
    ['a trust beside a project', { auth: { ...auth, trust_id: 't' } }, /OS_TRUST_ID.*project/],
    [
      'a region that is none of its',
      { auth, regions: ['north', 'south'], region_name: 'west' },
      /"west" is no region of the cloud "lab".*only north, south$/,
    ],
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

describe('regions of a cloud', () => {
  const auth = { auth_url: 'http://keystone.test', username: 'ann', password: 'pw' };
  const regions = [
    'north',
    { name: 'south', values: { auth: { auth_url: 'http://south.test' }, container_infra_api_version: '1.5' } },
  ];
  const read = (entry: object, region?: string) =>
    readCloudVariables({
      cloud: 'lab',
      parse,
      region,
      folders: [aFolder({ 'clouds.yaml': { clouds: { lab: entry } } })],
      env: {},
    });

  test('are the first, the one of region_name, or the one that is asked for, with values of its own', async () => {
    expect(await read({ auth, regions })).toMatchObject({ OS_REGION_NAME: 'north', OS_AUTH_URL: 'http://keystone.test' });
    const south = {
      OS_REGION_NAME: 'south',
      OS_AUTH_URL: 'http://south.test',
      OS_USERNAME: 'ann',
      OS_CONTAINER_INFRA_API_VERSION: '1.5',
    };
    expect(await read({ auth, regions, region_name: 'south' })).toMatchObject(south);
    expect(await read({ auth, regions, region_name: 'north' }, 'south')).toMatchObject(south);
    expect(await read({ auth, region_name: 'north' }, 'elsewhere')).toMatchObject({ OS_REGION_NAME: 'elsewhere' });
    await expect(read({ auth, regions }, 'west')).rejects.toThrow(/"west" is no region/);
  });
});

describe('files of clouds', () => {
  const entry = (username: string) => ({ clouds: { lab: { auth: { auth_url: 'http://k.test', username, password: 'pw' } } } });
  const read = (folders: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    readCloudVariables({ cloud: 'lab', parse, folders, env });

  test('may be named by OS_CLIENT_CONFIG_FILE, with secrets beside it or in OS_CLIENT_SECURE_FILE', async () => {
    const secrets = (password: string) => ({ clouds: { lab: { auth: { password } } } });
    const folder = aFolder({ 'own.yaml': entry('ann'), 'secure.yaml': secrets('beside'), 'other.yaml': secrets('other') });
    const usual = aFolder({ 'clouds.yaml': entry('bob') });
    const own = { OS_CLIENT_CONFIG_FILE: join(folder, 'own.yaml') };
    expect(await read([usual], own)).toMatchObject({ OS_USERNAME: 'ann', OS_PASSWORD: 'beside' });
    expect(await read([usual], { ...own, OS_CLIENT_SECURE_FILE: join(folder, 'other.yaml') })).toMatchObject({
      OS_PASSWORD: 'other',
    });
    const missing = read([usual], { OS_CLIENT_CONFIG_FILE: join(folder, 'missing.yaml') });
    await expect(missing).rejects.toThrow(/missing\.yaml cannot be read \(ENOENT\)/);
    await expect(missing).rejects.toBeInstanceOf(AuthError);
  });

  test('may end in yml or json', async () => {
    for (const name of ['clouds.yml', 'clouds.json'])
      expect(await read([aFolder({ [name]: entry('ann') })])).toMatchObject({ OS_USERNAME: 'ann' });
  });

  test('have no cloud by a name that every object has', async () => {
    const folders = [aFolder({ 'clouds.yaml': entry('ann') })];
    await expect(readCloudVariables({ cloud: 'constructor', parse, folders, env: {} })).rejects.toThrow(
      /has the cloud "constructor"/,
    );
  });

  test('may have a profile in clouds-public.yaml, under the cloud of its own', async () => {
    const vendor = {
      'public-clouds': { acme: { auth: { auth_url: 'http://acme.test' }, regions: ['one', 'two'], identity_api_version: 3 } },
    };
    const cloud = { clouds: { lab: { profile: 'acme', region_name: 'two', auth: { username: 'ann', password: 'pw' } } } };
    const wanted = { OS_AUTH_URL: 'http://acme.test', OS_REGION_NAME: 'two', OS_USERNAME: 'ann' };
    expect(await read([aFolder({ 'clouds.yaml': cloud, 'clouds-public.yaml': vendor })])).toMatchObject(wanted);
    const elsewhere = join(aFolder({ 'vendors.json': vendor }), 'vendors.json');
    expect(await read([aFolder({ 'clouds.yaml': cloud })], { OS_CLIENT_VENDOR_FILE: elsewhere })).toMatchObject(wanted);
  });

  test('may name several ways to log in at once', async () => {
    const lab = { auth_type: 'v3multifactor', auth_methods: ['v3password', 'v3totp'], auth: { passcode: 123456 } };
    expect(await read([aFolder({ 'clouds.yaml': { clouds: { lab } } })])).toEqual({
      OS_AUTH_TYPE: 'v3multifactor',
      OS_AUTH_METHODS: 'v3password,v3totp',
      OS_PASSCODE: '123456',
    });
  });
});
