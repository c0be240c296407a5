import { describe, expect, test } from 'vitest';
import { AuthError, createMagnum, fromEnv, type Environment } from './index.js';

const ENV: Environment = { OS_AUTH_URL: 'http://keystone.test', OS_USERNAME: 'ann', OS_PASSWORD: 'pw', OS_PROJECT_NAME: 'p' };

/** A Keystone that records the logins, with Magnum in two regions. */
function aKeystone() {
  const bodies: string[] = [];
  const endpoints = [
    { interface: 'public', region: 'north', url: 'http://north.test/v1' },
    { interface: 'internal', region: 'south', url: 'http://south.test/v1' },
  ];
  const fetch = async (request: Request): Promise<Response> => {
    bodies.push(await request.text());
    const token = { catalog: [{ type: 'container-infra', endpoints }] };
    return Response.json({ token }, { status: 201, headers: { 'x-subject-token': 't' } });
  };
  return { fetch, bodies };
}

describe('variables that cannot be honoured are refused, with their name', () => {
  test.each<readonly [Environment, RegExp]>([
    [{ OS_AUTH_TYPE: 'v3kerberos' }, /^OS_AUTH_TYPE .*"v3kerberos".*v3password.*v3applicationcredential/],
    [{ OS_AUTH_TYPE: 'v3totp' }, /^OS_PASSCODE is not set, which OS_AUTH_TYPE asks for/],
    [{ OS_AUTH_TYPE: 'v3multifactor', OS_AUTH_METHODS: 'v3password,v3totp' }, /^OS_PASSCODE is not set/],
    [{ OS_AUTH_TYPE: 'v3multifactor', OS_AUTH_METHODS: 'v3oidc' }, /^OS_AUTH_METHODS .*"v3oidc".*v3password and v3totp/],
    [{ OS_PASSCODE: '123456' }, /^OS_PASSCODE .*v3totp or v3multifactor/],
    [{ OS_TRUST_ID: 't' }, /OS_TRUST_ID.*a project \(OS_PROJECT_NAME\)/],
    [{ OS_TRUST_ID: 't', OS_TOKEN: 'x', MAGNUM_ENDPOINT: 'http://magnum.test' }, /^OS_TRUST_ID .*OS_AUTH_URL alone/],
    [
      { OS_TRUST_ID: 't', OS_PROJECT_NAME: '', OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 's' },
      /application credential cannot use a trust/,
    ],
    [{ OS_AUTH_TYPE: 'v3oidcpassword' }, /^OS_AUTH_TYPE/],
    [{ OS_AUTH_TYPE: 'constructor' }, /^OS_AUTH_TYPE/],
    [{ OS_AUTH_TYPE: 'v3applicationcredential' }, /^OS_APPLICATION_CREDENTIAL_ID is not set/],
    [{ OS_AUTH_TYPE: 'v3token' }, /^OS_TOKEN is not set/],
    [{ OS_SYSTEM_SCOPE: 'all' }, /^OS_SYSTEM_SCOPE/],
    [{ OS_DOMAIN_NAME: 'd', OS_PROJECT_NAME: '' }, /^OS_DOMAIN_NAME/],
    [{ OS_IDENTITY_API_VERSION: '2.0' }, /^OS_IDENTITY_API_VERSION .*only version 3/],
    [{ OS_CONTAINER_INFRA_API_VERSION: '2' }, /^OS_CONTAINER_INFRA_API_VERSION .*"2".*no microversion/],
    [{ OS_CONTAINER_INFRA_API_VERSION: 'abc' }, /no microversion/],
    [{ OS_CONTAINER_INFRA_API_VERSION: '1.' }, /no microversion/],
    [{ OS_CACERT: '/ca.pem' }, /^OS_CACERT \(cacert\) is set.*fromNodeEnv of @magnum-ts\/sdk\/node/],
    [{ OS_INSECURE: 'true' }, /^OS_INSECURE/],
    [{ OS_INTERFACE: 'outside' }, /^OS_INTERFACE/],
    [{ OS_AUTH_URL: '', OS_CLOUD: 'prod' }, /^OS_CLOUD names the cloud "prod".*fromClouds of @magnum-ts\/sdk\/node/],
  ])('%j', (changes, message) => {
    expect(() => fromEnv({ ...ENV, ...changes })).toThrow(AuthError);
    expect(() => fromEnv({ ...ENV, ...changes })).toThrow(message);
  });
});

test.each<readonly [Environment, string]>([
  [{ OS_AUTH_TYPE: 'password' }, 'password'],
  [{ OS_AUTH_TYPE: 'v3password', OS_TOKEN: 't' }, 'password'],
  [{ OS_AUTH_TYPE: 'v3password', OS_TOKEN: 't', MAGNUM_ENDPOINT: 'http://magnum.test' }, 'password'],
  [{ OS_AUTH_TYPE: 'v3token', OS_TOKEN: 't' }, 'token'],
  [
    { OS_AUTH_TYPE: 'v3applicationcredential', OS_APPLICATION_CREDENTIAL_ID: 'i', OS_APPLICATION_CREDENTIAL_SECRET: 's' },
    'application_credential',
  ],
  [{ OS_IDENTITY_API_VERSION: '3', OS_INTERFACE: 'publicURL' }, 'password'],
  [{ OS_APPLICATION_CREDENTIAL_NAME: 'n', OS_APPLICATION_CREDENTIAL_SECRET: 's' }, 'application_credential'],
  [{ OS_AUTH_TYPE: 'v3totp', OS_PASSCODE: '123456' }, 'totp'],
])('a way to log in that is named is taken: %j', async (changes, method) => {
  const keystone = aKeystone();
  await fromEnv({ ...ENV, ...changes }, keystone.fetch).auth.get();
  expect(keystone.bodies[0]).toContain(`"methods":["${method}"]`);
});

test('each way to log in sends to Keystone what Keystone documents', async () => {
  const sent = async (changes: Environment): Promise<unknown> => {
    const keystone = aKeystone();
    await fromEnv({ ...ENV, ...changes }, keystone.fetch).auth.get();
    return JSON.parse(keystone.bodies[0] ?? '');
  };
  const ann = { name: 'ann', domain: { name: 'Default' } };
  const project = { project: { name: 'p', domain: { name: 'Default' } } };
  expect(await sent({ OS_TRUST_ID: 't', OS_PROJECT_NAME: '' })).toEqual({
    auth: {
      identity: { methods: ['password'], password: { user: { ...ann, password: 'pw' } } },
      scope: { 'OS-TRUST:trust': { id: 't' } },
    },
  });
  expect(await sent({ OS_AUTH_TYPE: 'v3totp', OS_PASSCODE: '012345' })).toEqual({
    auth: { identity: { methods: ['totp'], totp: { user: { ...ann, passcode: '012345' } } }, scope: project },
  });
  expect(await sent({ OS_AUTH_TYPE: 'v3multifactor', OS_AUTH_METHODS: 'v3totp, v3password', OS_PASSCODE: '012345' })).toEqual({
    auth: {
      identity: {
        methods: ['password', 'totp'],
        password: { user: { ...ann, password: 'pw' } },
        totp: { user: { ...ann, passcode: '012345' } },
      },
      scope: project,
    },
  });
  expect(await sent({ OS_APPLICATION_CREDENTIAL_NAME: 'n', OS_APPLICATION_CREDENTIAL_SECRET: 's' })).toEqual({
    auth: { identity: { methods: ['application_credential'], application_credential: { name: 'n', user: ann, secret: 's' } } },
  });
});

test.each([
  ['1.9', '1.9'],
  ['latest', 'latest'],
  ['1', undefined],
  ['', undefined],
])('the version %j is taken as %j', (version, microversion) => {
  expect(fromEnv({ ...ENV, OS_CONTAINER_INFRA_API_VERSION: version }).microversion).toBe(microversion);
});

test('a region that the catalog does not have is answered with those that it has', async () => {
  const credentials = fromEnv({ ...ENV, OS_REGION_NAME: 'west' }, aKeystone().fetch);
  for (const microversion of ['auto', '1.14']) {
    const error = createMagnum({ ...credentials, microversion }).bays.get('b');
    await expect(error).rejects.toBeInstanceOf(AuthError);
    await expect(error).rejects.toThrow('none for west (public), only for north (public), south (internal)');
  }
});
