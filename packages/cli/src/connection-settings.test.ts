import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { aFolder, magnum, type Ran } from './testing/fake-magnum.js';

interface Connection {
  /** The host of the login, its body, and the host and microversion of the call. */
  readonly keystone: string | undefined;
  readonly login: unknown;
  readonly host: string | undefined;
  readonly version: string | undefined;
}

const LEVELS = ['cloud', 'variable', 'flag'] as const;
type Level = (typeof LEVELS)[number];

/** A setting: its names, its values by level, where it shows, and the other settings that it needs. */
interface Setting {
  readonly flag: string;
  readonly key: string;
  readonly values?: Readonly<Record<Level, string>>;
  readonly base?: Readonly<Record<string, string>>;
  shown(connection: Connection): unknown;
}

const PASSWORD = { auth_url: 'http://keystone.test/v3', username: 'ann', password: 'pw' };
const CREDENTIAL = { auth_url: 'http://keystone.test/v3', application_credential_id: 'i', application_credential_secret: 's' };
const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((inner, key) => (typeof inner === 'object' && inner ? Reflect.get(inner, key) : undefined), value);
const inLogin =
  (path: string) =>
  ({ login }: Connection): unknown =>
    at(login, `auth.${path}`);
const urls = { cloud: 'http://cloud.test', variable: 'http://variable.test', flag: 'http://flag.test' };
const hostLevel = (host: string | undefined): string => `http://${host ?? ''}`;

const SETTINGS: readonly Setting[] = [
  { flag: 'os-auth-url', key: 'auth_url', values: urls, shown: ({ keystone }) => hostLevel(keystone) },
  { flag: 'os-username', key: 'username', shown: inLogin('identity.password.user.name') },
  { flag: 'os-user-id', key: 'user_id', shown: inLogin('identity.password.user.id') },
  { flag: 'os-user-domain-name', key: 'user_domain_name', shown: inLogin('identity.password.user.domain.name') },
  { flag: 'os-user-domain-id', key: 'user_domain_id', shown: inLogin('identity.password.user.domain.id') },
  { flag: 'os-password', key: 'password', shown: inLogin('identity.password.user.password') },
  { flag: 'os-token', key: 'token', base: { auth_url: PASSWORD.auth_url }, shown: inLogin('identity.token.id') },
  {
    flag: 'os-application-credential-id',
    key: 'application_credential_id',
    base: CREDENTIAL,
    shown: inLogin('identity.application_credential.id'),
  },
  {
    flag: 'os-application-credential-secret',
    key: 'application_credential_secret',
    base: CREDENTIAL,
    shown: inLogin('identity.application_credential.secret'),
  },
  { flag: 'os-project-name', key: 'project_name', shown: inLogin('scope.project.name') },
  { flag: 'os-project-id', key: 'project_id', shown: inLogin('scope.project.id') },
  ...(['name', 'id'] as const).map((kind) => ({
    flag: `os-project-domain-${kind}`,
    key: `project_domain_${kind}`,
    base: { ...PASSWORD, project_name: 'p' },
    shown: inLogin(`scope.project.domain.${kind}`),
  })),
  { flag: 'os-region-name', key: 'region_name', shown: ({ host }) => host?.split('.')[1] },
  {
    flag: 'os-interface',
    key: 'interface',
    values: { cloud: 'public', variable: 'internal', flag: 'admin' },
    shown: ({ host }) => host?.split('.')[0],
  },
  {
    flag: 'os-container-infra-api-version',
    key: 'container_infra_api_version',
    values: { cloud: '1.7', variable: '1.8', flag: '1.9' },
    shown: ({ version }) => version?.split(' ')[1],
  },
  {
    flag: 'magnum-endpoint',
    key: 'container_infra_endpoint_override',
    values: urls,
    shown: ({ host }) => hostLevel(host),
  },
];

const OUTSIDE_AUTH = [
  'auth_type',
  'region_name',
  'interface',
  'container_infra_api_version',
  'container_infra_endpoint_override',
];
const variableOf = (key: string): string =>
  key === 'container_infra_endpoint_override' ? 'MAGNUM_ENDPOINT' : `OS_${key.toUpperCase()}`;
const valueOf = ({ values }: Setting, level: Level): string => values?.[level] ?? level;

/** Writes ~/.config/openstack/clouds.yaml with one cloud, `lab`. */
function writeClouds(settings: Readonly<Record<string, string>>): void {
  const folder = join(process.env['HOME'] ?? '', '.config', 'openstack');
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(settings);
  const auth = Object.fromEntries(entries.filter(([key]) => !OUTSIDE_AUTH.includes(key)));
  const rest = Object.fromEntries(entries.filter(([key]) => OUTSIDE_AUTH.includes(key)));
  // JSON is a subset of YAML.
  writeFileSync(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { lab: { auth, ...rest } } }));
}

const CATALOG = ['public', 'internal', 'admin'].flatMap((face) =>
  ['cloud', 'variable', 'flag'].map((region) => ({ interface: face, region, url: `http://${face}.${region}.test/v1` })),
);

async function connect(words: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran & Connection> {
  let [keystone, host, version]: (string | undefined)[] = [];
  const ran = await magnum([...words], {
    env,
    answers: (_method, path, url, request) => {
      if (path.endsWith('/auth/tokens')) {
        keystone = url.host;
        const body = { token: { catalog: [{ type: 'container-infra', endpoints: CATALOG }] } };
        return Response.json(body, { status: 201, headers: { 'x-subject-token': 't' } });
      }
      if (path === '/v1/bays') [host, version] = [url.host, request.headers.get('openstack-api-version') ?? undefined];
      return undefined;
    },
  });
  return { ...ran, keystone, host, version, login: ran.requests.find(({ line }) => line.includes('/auth/tokens'))?.body };
}

/** Runs `bay list` with a setting at some levels; the other settings that are needed are at the lowest of these levels. */
async function connectWith(setting: Setting, levels: readonly Level[], by: 'flag' | 'variable'): Promise<Ran & Connection> {
  const base = setting.base ?? PASSWORD;
  const has = (level: Level): boolean => levels.includes(level);
  const own = (level: Level): Record<string, string> => (has(level) ? { [setting.key]: valueOf(setting, level) } : {});
  const isReplaced = (key: string): boolean => setting.key === 'user_id' && key === 'username';
  const needed = Object.fromEntries(Object.entries(base).filter(([key]) => !isReplaced(key)));
  if (has('cloud')) writeClouds({ ...needed, ...own('cloud') });
  const variables = { ...(has('cloud') ? {} : needed), ...own('variable') };
  const env = Object.fromEntries(Object.entries(variables).map(([key, value]) => [variableOf(key), value]));
  const words = ['bay', 'list', ...(has('flag') ? [`--${setting.flag}`, valueOf(setting, 'flag')] : [])];
  if (!has('cloud')) return connect(words, env);
  return by === 'flag' ? connect([...words, '--os-cloud', 'lab'], env) : connect(words, { ...env, OS_CLOUD: 'lab' });
}

beforeEach(() => void vi.stubEnv('HOME', aFolder()));
afterEach(() => void vi.unstubAllEnvs());

describe('an option takes precedence over a variable, and a variable over clouds.yaml', () => {
  const cases = [
    ['flag', 'variable'],
    ['flag', 'cloud'],
    ['variable', 'cloud'],
    ['flag', 'variable', 'cloud'],
    ['cloud'],
    ['variable'],
    ['flag'],
  ] as const;
  const matrix = SETTINGS.flatMap((setting) =>
    cases.flatMap((levels) => {
      const ways = levels.some((level) => level === 'cloud') ? (['flag', 'variable'] as const) : (['variable'] as const);
      return ways.map((by) => ({ setting, levels, by, name: setting.flag, given: levels.join(', ') }));
    }),
  );

  test.each(matrix)('--$name given by $given, cloud by $by', async ({ setting, levels, by }) => {
    const connection = await connectWith(setting, levels, by);
    expect(connection.err.replace(/^warning: .* take precedence over the cloud "lab"\n/, '')).toBe('');
    expect(setting.shown(connection)).toBe(valueOf(setting, levels[0]));
  });
});

describe('an alternative of a higher level replaces that of a lower one', () => {
  const cloud = { ...PASSWORD, project_id: 'cloud-id', user_domain_name: 'd' };

  test('a name of a project replaces the id of the cloud, and an id the name', async () => {
    writeClouds(cloud);
    const named = await connect(['bay', 'list', '--os-cloud', 'lab', '--os-project-name', 'mine'], {});
    expect(at(named.login, 'auth.scope.project')).toEqual({ name: 'mine', domain: { name: 'Default' } });
    writeClouds({ ...PASSWORD, project_name: 'theirs' });
    const byId = await connect(['bay', 'list', '--os-cloud', 'lab'], { OS_PROJECT_ID: 'mine' });
    expect(at(byId.login, 'auth.scope.project')).toEqual({ id: 'mine' });
  });

  test('another way to log in replaces that of the cloud', async () => {
    writeClouds(CREDENTIAL);
    const words = ['bay', 'list', '--os-cloud', 'lab'];
    const user = await connect([...words, '--os-username', 'ann', '--os-password', 'pw', '--os-project-name', 'p'], {});
    expect(at(user.login, 'auth.identity.methods')).toEqual(['password']);
    const token = await connect([...words, '--os-token', 'T'], { OS_USERNAME: 'bob', OS_PASSWORD: 'x' });
    expect(at(token.login, 'auth.identity')).toEqual({ methods: ['token'], token: { id: 'T' } });
  });

  test('an address of a variable replaces that of the cloud, whatever its name', async () => {
    writeClouds({ ...PASSWORD, container_infra_endpoint_override: 'http://cloud.test' });
    const { host } = await connect(['bay', 'list'], { OS_CLOUD: 'lab', OS_ENDPOINT_OVERRIDE: 'http://mine.test' });
    expect(host).toBe('mine.test');
  });
});

describe('the way to log in, and what a token is for', () => {
  const cloud = { ...PASSWORD, project_name: 'p', auth_type: 'v3password' };

  test('of an option switch the type of a variable or cloud off, which is for another way', async () => {
    writeClouds(cloud);
    const words = ['bay', 'list', '--os-cloud', 'lab', '--os-token', 'T'];
    expect(at((await connect(words, {})).login, 'auth.identity.methods')).toEqual(['token']);
    const { login } = await connect(words, { OS_AUTH_TYPE: 'v3applicationcredential', OS_APPLICATION_CREDENTIAL_ID: 'x' });
    expect(at(login, 'auth.identity.methods')).toEqual(['token']);
  });

  test('of an option is that of the type that the option names', async () => {
    writeClouds(cloud);
    const both = { OS_TOKEN: 'T' };
    const { login } = await connect(['bay', 'list', '--os-cloud', 'lab', '--os-auth-type', 'v3token'], both);
    expect(at(login, 'auth.identity.methods')).toEqual(['token']);
  });

  test.each([
    [['--os-domain-name', 'd'], 'OS_DOMAIN_NAME'],
    [['--os-system-scope', 'all'], 'OS_SYSTEM_SCOPE'],
  ])('%j replaces the project of a cloud, or is refused by its name', async (option, name) => {
    writeClouds(cloud);
    const { login, err } = await connect(['bay', 'list', '--os-cloud', 'lab', ...option], {});
    expect(at(login, 'auth.scope.project')).toBeUndefined();
    if (login === undefined) expect(err).toContain(name);
  });
});

describe('a setting that cannot be used is refused by its name, before anything is sent', () => {
  const env = { OS_AUTH_URL: 'http://keystone.test', OS_USERNAME: 'ann', OS_PASSWORD: 'pw', OS_PROJECT_NAME: 'p' };
  const token = { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 't' };

  test.each([
    ['--os-region-name', ['--os-region-name', 'r', '--magnum-endpoint', 'http://m.test'], env],
    ['--os-interface', ['--os-interface', 'admin'], { ...env, MAGNUM_ENDPOINT: 'http://m.test' }],
    ['--os-interface', ['--os-interface', 'private'], env],
    ['--os-project-name', ['--os-project-name', 'a', '--os-project-id', 'b'], env],
    ['--os-project-domain-name', ['--os-project-domain-name', 'a', '--os-project-id', 'b'], env],
    ['--os-username', ['--os-username', 'a', '--os-user-id', 'b'], env],
    ['--os-user-domain-id', ['--os-user-domain-id', 'a'], { ...env, OS_USERNAME: '', OS_USER_ID: 'u' }],
    ['--os-username', ['--os-username', 'a', '--os-token', 'b'], env],
    ['--os-application-credential-id', ['--os-application-credential-id', 'a'], env],
    ['--os-project-name', ['--os-project-name', 'a'], token],
    ['--os-auth-url', ['--os-auth-url', 'http://k.test'], token],
    ['--os-container-infra-api-version', ['--os-container-infra-api-version', 'abc'], env],
    ['--os-container-infra-api-version', ['--os-container-infra-api-version', '2'], env],
    ['OS_CONTAINER_INFRA_API_VERSION', [], { ...env, OS_CONTAINER_INFRA_API_VERSION: '2' }],
    ['--os-token', ['--os-token', 'a', '--os-auth-type', 'v3password'], env],
    ['--os-auth-token', ['--os-auth-token', 'a', '--os-auth-type', 'v3password'], env],
    ['--os-project-name', ['--os-project-name', 'a', '--os-trust-id', 'b'], { ...env, OS_PROJECT_NAME: '' }],
    ['--os-trust-id', ['--os-trust-id', 'b'], { ...token }],
    ['--os-key', ['--os-key', 'a'], env],
    ['--os-cacert', ['--os-cacert', 'a', '--insecure'], env],
    ['--insecure', ['--insecure', '--verify'], env],
    ['--os-project-name', ['--os-project-name', ''], env],
    ['--os-cloud', ['--os-cloud', ''], env],
  ])('%s: %j', async (name, words, variables) => {
    const { code, err, requests } = await connect(['bay', 'list', ...words], variables);
    expect(err).toMatch(new RegExp(`^magnum: ${name}\\b`));
    expect([code, requests]).toEqual([2, []]);
  });

  test('a project beside the application credential of a cloud, from an option or a variable', async () => {
    writeClouds(CREDENTIAL);
    const option = await connect(['bay', 'list', '--os-cloud', 'lab', '--os-project-name', 'x'], {});
    const variable = await connect(['bay', 'list'], { OS_CLOUD: 'lab', OS_PROJECT_NAME: 'x' });
    expect([option.code, variable.code]).toEqual([2, 2]);
    expect(option.err).toContain('--os-project-name cannot be used');
    expect(variable.err).toContain('OS_PROJECT_NAME cannot be used');
  });

  test('but not what an openrc file sets beside it', async () => {
    const openrc = { ...env, OS_PROJECT_ID: 'p-1', OS_PROJECT_DOMAIN_NAME: 'Default', OS_USER_DOMAIN_NAME: 'Default' };
    const extra = { OS_REGION_NAME: 'flag', OS_INTERFACE: 'public', OS_IDENTITY_API_VERSION: '3' };
    expect((await connect(['bay', 'list'], { ...openrc, ...extra })).code).toBe(0);
  });
});

test('variables that take precedence over the cloud of --os-cloud are named', async () => {
  writeClouds(PASSWORD);
  const { err } = await connect(['bay', 'list', '--os-cloud', 'lab'], {
    OS_AUTH_URL: 'http://other.test',
    OS_PASSWORD: 'secret',
  });
  expect(err).toBe('warning: OS_PASSWORD, OS_AUTH_URL of the environment take precedence over the cloud "lab"\n');
});
