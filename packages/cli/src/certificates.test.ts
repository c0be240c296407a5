import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createSigningRequest } from './csr.js';
import { redactSecrets } from './redact.js';
import { magnum, aFolder, CLIENT_CONFIG, failing, type Answers } from './testing/fake-magnum.js';

const clientFiles = (validFor: string | null) => ({
  files: { 'key.pem': `KEY FOR ${validFor ?? 'A DAY'}\n` },
  environment: { DOCKER_HOST: 'tcp://192.0.2.7:2375' },
  places: { DOCKER_CERT_PATH: '' },
});

describe('certificates', () => {
  test('are signed from a file into a file that only the owner reads', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'in.csr'), 'A REQUEST');
    const { requests } = await magnum([
      'certificate',
      'sign',
      'my-bay',
      '--csr',
      join(folder, 'in.csr'),
      '-o',
      join(folder, 'out.pem'),
    ]);
    expect(requests[0]?.body).toEqual({ bay_uuid: 'my-bay', csr: 'A REQUEST' });
    expect(readFileSync(join(folder, 'out.pem'), 'utf8')).toBe('SIGNED PEM\n');
    expect(statSync(join(folder, 'out.pem')).mode & 0o777).toBe(0o600);
  });

  test('of a bay are made by bay config, which sends no key and prints the variables', async () => {
    const folder = join(aFolder(), "it's");
    const { out, requests, code } = await magnum(['bay', 'config', 'my-bay', '--dir', folder]);
    expect(code).toBe(0);
    expect(out).toContain('export DOCKER_HOST=tcp://192.0.2.7:2376\nexport DOCKER_TLS_VERIFY=1\n');
    expect(execFileSync('sh', ['-c', `${out} printf %s "$DOCKER_CERT_PATH"`], { encoding: 'utf8' })).toBe(folder);
    expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe('CA PEM\n');
    expect(readFileSync(join(folder, 'key.pem'), 'utf8')).toContain('BEGIN PRIVATE KEY');
    expect(['ca.pem', 'cert.pem', 'key.pem'].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([
      0o600, 0o600, 0o600,
    ]);
    expect(JSON.stringify(requests)).not.toContain('PRIVATE KEY');
    const asked = new URL(requests[0]?.line.split(' ')[1] ?? '', 'http://magnum.test');
    expect([requests.length, asked.pathname]).toEqual([1, '/v1/bays/my-bay/config']);
    expect(asked.searchParams.get('csr')).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
    const again = await magnum(['bay', 'config', 'my-bay', '--dir', folder]);
    expect([again.code, again.err.includes('--force')]).toEqual([2, true]);
  });

  test('are printed as data with another format', async () => {
    const folder = aFolder();
    const config = async (...options: string[]) => magnum(['bay', 'config', 'my-bay', '--force', '--dir', folder, ...options]);
    const variables = { DOCKER_HOST: 'tcp://192.0.2.7:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    expect(JSON.parse((await config('-f', 'json')).out)).toEqual(variables);
    expect(parse((await config('-f', 'yaml')).out)).toEqual(variables);
    expect((await config('-f', 'value', '-c', 'DOCKER_HOST')).out).toBe('tcp://192.0.2.7:2376\n');
    expect(existsSync(join(folder, 'key.pem'))).toBe(true);
    const unknown = await magnum(['bay', 'config', 'my-bay', '--dir', join(folder, 'other'), '-c', 'HOST']);
    expect([unknown.code, existsSync(join(folder, 'other'))]).toEqual([1, false]);
    expect(unknown.err).toContain('"HOST"; the columns are: DOCKER_HOST,');
  });

  test('of a cluster are made by cluster config', async () => {
    const { out, code } = await magnum(['cluster', 'config', 'my-bay', '--dir', aFolder()]);
    expect(code).toBe(0);
    expect(out).toContain('export DOCKER_HOST=tcp://192.0.2.7:2376\n');
  });

  test('come with a key from the service and a lifetime on request', async () => {
    const folder = aFolder();
    const answers: Answers = (method, path, url) =>
      method === 'GET' && path === '/v1/bays/my-bay/config'
        ? Response.json(clientFiles(url.searchParams.get('valid_for')))
        : undefined;
    const line = ['cluster', 'config', 'my-bay', '--dir', folder, '--key-from-service', '--valid-for', '600'];
    const { out, requests, code } = await magnum(line, { answers });
    expect(code).toBe(0);
    expect(requests.map((request) => request.line)).toEqual(['GET /v1/bays/my-bay/config?valid_for=600']);
    expect(out).toBe(`export DOCKER_HOST=tcp://192.0.2.7:2375\nexport DOCKER_CERT_PATH=${folder}\nunset DOCKER_TLS_VERIFY\n`);
    expect(readFileSync(join(folder, 'key.pem'), 'utf8')).toBe('KEY FOR 600\n');
    expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['--ttl 90m', '5400'],
    ['--ttl=8h', '28800'],
    ['--valid-for 600', '600'],
    ['--ttl 30d', '2592000'],
  ])('of a key of this machine live as long as %s says', async (option, seconds) => {
    const { code, requests } = await magnum(`bay config my-bay --dir ${join(aFolder(), 'x')} ${option}`);
    expect([code, new URL(requests[0]?.line.split(' ')[1] ?? '', 'http://x').searchParams.get('valid_for')]).toEqual([
      0,
      seconds,
    ]);
  });

  test.each(['soon', '9', '31d', '1w', '-5', '0'])('are not made for a lifetime of %s', async (time) => {
    const { code, err, requests } = await magnum(['bay', 'config', 'my-bay', `--ttl=${time}`]);
    expect([code, err, requests]).toEqual([2, expect.stringContaining('10 seconds to 30 days'), []]);
  });

  test('of a bay of Mesos are two addresses and a folder, and no folder where it has no TLS', async () => {
    const folder = aFolder();
    const environment = { MESOS_URL: 'https://192.0.2.7:5050', MARATHON_URL: 'https://[2001:db8::7]:8080' };
    const answers =
      (files: object): Answers =>
      (method, path) =>
        method === 'GET' && path === '/v1/bays/my-bay/config' ? Response.json(files) : undefined;
    const line = ['bay', 'config', 'my-bay', '--dir', folder, '--key-from-service'];
    const secure = { files: { 'key.pem': 'KEY\n' }, environment, places: { MESOS_CERT_PATH: '' } };
    const { code, out } = await magnum(line, { answers: answers(secure) });
    expect([code, out]).toEqual([
      0,
      `export MESOS_URL=https://192.0.2.7:5050\nexport MARATHON_URL='https://[2001:db8::7]:8080'\nexport MESOS_CERT_PATH=${folder}\n`,
    ]);
    const plain = { files: {}, environment: { MESOS_URL: 'http://192.0.2.7:5050' }, places: {} };
    expect((await magnum(line, { answers: answers(plain) })).out).toBe(
      'export MESOS_URL=http://192.0.2.7:5050\nunset MESOS_CERT_PATH\n',
    );
    for (const url of ['file:///etc/passwd', 'https://user@192.0.2.7:5050', 'https://192.0.2.7:5050/x', 'https://$(id):5050'])
      expect((await magnum(line, { answers: answers({ ...plain, environment: { MESOS_URL: url } }) })).code).toBe(2);
  });

  const kubeconfig = (user: object, cluster: object = {}): object => ({
    environment: {},
    places: { KUBECONFIG: 'config' },
    files: { config: stringify({ clusters: [{ name: 'c', cluster }], users: [{ name: 'u', user }] }) },
  });
  test.each<readonly [string, object]>([
    ['a file outside of the folder', { files: { '../key.pem': 'x' } }],
    ['a file of another name', { files: { '.bashrc': 'x' } }],
    ['a file that is not text', { files: { 'ca.pem': ['x'] } }],
    ['a variable that is a command', { environment: { 'X=1; touch PWNED; echo Y': 'v' } }],
    ['a variable that runs at the next prompt', { environment: { PROMPT_COMMAND: 'touch PWNED' } }],
    ['a variable that loads a library', { environment: { LD_PRELOAD: '/tmp/x.so' } }],
    ['a variable on several lines', { environment: { 'DOCKER_HOST\ntouch PWNED': 'tcp://192.0.2.7:2375' } }],
    ['a variable with the name of a built-in method', { environment: { constructor: 'x' } }],
    ['an engine that is reached by running ssh', { environment: { DOCKER_HOST: 'ssh://-oProxyCommand=touch PWNED/x' } }],
    ['an engine with control characters', { environment: { DOCKER_HOST: 'tcp://192.0.2.7:2375\u001b]0;x' } }],
    ['a value that is not text', { environment: { DOCKER_HOST: { a: 1 } } }],
    ['a place that is a command', { places: { 'X=$(touch PWNED)': '' } }],
    ['a place outside of the folder', { places: { KUBECONFIG: '../../.kube/config' } }],
    ['a kubeconfig that runs a program', kubeconfig({ exec: { apiVersion: 'x', command: 'touch', args: ['PWNED'] } })],
    ['a kubeconfig with an old plugin', kubeconfig({ 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch' } } })],
    ['a kubeconfig that reads a file', kubeconfig({ tokenFile: '/etc/passwd' })],
    ['a kubeconfig with a proxy', kubeconfig({}, { server: 'https://192.0.2.7:6443', 'proxy-url': 'http://x' })],
    ['a kubeconfig that checks no certificate', kubeconfig({}, { 'insecure-skip-tls-verify': true })],
    ['a kubeconfig of another form', { files: { config: 'users: {exec: x}' } }],
    ['a kubeconfig that is not YAML', { files: { config: '"' } }],
  ])('are refused from a service that sends %s', async (_what, changes) => {
    const answers: Answers = (_method, path) =>
      path === '/v1/bays/my-bay/config' ? Response.json({ ...clientFiles(null), ...changes }) : undefined;
    const around = aFolder();
    const folder = join(around, 'inner');
    const { code, out, err } = await magnum(['bay', 'config', 'my-bay', '--dir', folder, '--key-from-service'], { answers });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^magnum: The service sent a [^\n\u001b]+\n$/);
    execFileSync('sh', ['-c', `eval "$OUT"`], { cwd: around, env: { ...process.env, OUT: out } });
    expect(readdirSync(around)).toEqual([]);
  });

  test('are refused when the address of a bay would run a command', async () => {
    const answers: Answers = (_method, path) =>
      path === '/v1/bays/my-bay/config'
        ? Response.json({ ...CLIENT_CONFIG, environment: { ...CLIENT_CONFIG.environment, DOCKER_HOST: 'ssh://x:22' } })
        : undefined;
    const { code, out } = await magnum(['bay', 'config', 'my-bay', '--dir', aFolder()], { answers });
    expect([code, out]).toEqual([2, '']);
  });

  test('of a Kubernetes bay are a kubeconfig, whose key --debug does not print', async () => {
    const user = { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': base64(CLIENT_CONFIG.key_placeholder) };
    const made = { ...CLIENT_CONFIG, ...kubeconfig(user, { server: 'https://192.0.2.7:2376' }) };
    const answers: Answers = (_method, path) => (path.endsWith('/config') ? Response.json(made) : undefined);
    const folder = aFolder();
    const { out, code } = await magnum(['cluster', 'config', 'my-bay', '--dir', folder], { answers });
    expect([code, out]).toEqual([0, `export KUBECONFIG=${join(folder, 'config')}\n`]);
    const text = readFileSync(join(folder, 'config'), 'utf8');
    const config = parse(text) as { users: { user: Record<string, string> }[]; clusters: { cluster: Record<string, string> }[] };
    expect(config.clusters[0]?.cluster['server']).toBe('https://192.0.2.7:2376');
    const key = Buffer.from(config.users[0]?.user['client-key-data'] ?? '', 'base64').toString();
    expect(key).toContain('BEGIN PRIVATE KEY');
    const printed = redactSecrets(JSON.stringify({ files: { config: text } }));
    expect(printed).toContain('client-key-data: ***');
    expect(printed).not.toContain(Buffer.from(key).toString('base64').slice(0, 60));
    expect(redactSecrets(text)).not.toContain(Buffer.from(key).toString('base64').slice(0, 60));
  });

  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  describe('of a Kubernetes bay, merged into a kubeconfig', () => {
    const user = { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': base64(CLIENT_CONFIG.key_placeholder) };
    const made = { ...CLIENT_CONFIG, ...kubeconfig(user, { server: 'https://192.0.2.7:6443' }) };
    const answers: Answers = (_method, path) => (path.endsWith('/config') ? Response.json(made) : undefined);
    const FORMER = `# mine
apiVersion: v1
kind: Config
current-context: old
clusters:
  - name: old
    cluster: { server: https://192.0.2.1:6443 } # the old one
users:
  - name: old
    user: { token: t }
contexts: []
`;
    interface Config {
      readonly 'current-context': string;
      readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
      readonly users: readonly { readonly name: string; readonly user: Record<string, string> }[];
      readonly contexts: readonly { readonly name: string; readonly context: object }[];
    }
    const read = (file: string): Config => parse(readFileSync(file, 'utf8')) as Config; // as written by the command

    test('names its context as asked, waits for the lock of another program, and removes its own', async () => {
      const file = join(aFolder(), 'config');
      writeFileSync(`${file}.lock`, '');
      const merging = magnum(['bay', 'config', 'my-bay', '--merge', file, '--context', 'prod'], { answers });
      await new Promise((resolve) => setTimeout(resolve, 50)); // the command meets the lock, or comes after it
      expect(existsSync(file)).toBe(false);
      rmSync(`${file}.lock`);
      const { code } = await merging;
      expect([code, existsSync(`${file}.lock`), read(file)['current-context']]).toEqual([0, false, 'prod']);
      expect((await magnum('bay config my-bay --context prod', { answers })).code).toBe(2);
    });

    test('is a context of its own beside all that was there, which stays beside it', async () => {
      const file = join(aFolder(), 'config');
      writeFileSync(file, FORMER, { mode: 0o644 });
      const { out, err, code } = await magnum(['bay', 'config', 'my-bay', '--merge', file], { answers });
      expect([code, out]).toEqual([0, '']);
      expect(err).toBe(`The context my-bay is in ${file} and current. The former file is ${file}.backup.\n`);
      const merged = read(file);
      expect(merged['current-context']).toBe('my-bay');
      expect(merged.clusters.map(({ name, cluster }) => [name, cluster.server])).toEqual([
        ['old', 'https://192.0.2.1:6443'],
        ['my-bay', 'https://192.0.2.7:6443'],
      ]);
      expect(merged.users.map(({ name }) => name)).toEqual(['old', 'my-bay-admin']);
      expect(merged.contexts).toEqual([{ name: 'my-bay', context: { cluster: 'my-bay', user: 'my-bay-admin' } }]);
      expect(Buffer.from(merged.users[1]?.user['client-key-data'] ?? '', 'base64').toString()).toContain('BEGIN PRIVATE KEY');
      expect(readFileSync(file, 'utf8')).toContain('# the old one');
      expect(readFileSync(`${file}.backup`, 'utf8')).toBe(FORMER);
      expect([file, `${file}.backup`].map((one) => statSync(one).mode & 0o777)).toEqual([0o600, 0o600]);
      await magnum(['bay', 'config', 'my-bay', '--merge', file], { answers });
      expect(read(file).clusters).toHaveLength(2);
    });

    test('goes by default to the first file of KUBECONFIG, which need not be there', async () => {
      const file = join(aFolder(), 'new', 'config');
      const env = { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 't', KUBECONFIG: `${file}:/nowhere/else` };
      const { err, code } = await magnum(['bay', 'config', 'my-bay', '--merge'], { answers, env });
      expect([code, err]).toEqual([0, `The context my-bay is in ${file} and current.\n`]);
      expect([read(file)['current-context'], statSync(file).mode & 0o777]).toEqual(['my-bay', 0o600]);
    });

    test('keeps a link to the file a link', async () => {
      const folder = aFolder();
      const [file, link] = [join(folder, 'real'), join(folder, 'link')];
      writeFileSync(file, FORMER);
      symlinkSync(file, link);
      expect((await magnum(['bay', 'config', 'my-bay', '--merge', link], { answers })).code).toBe(0);
      expect([lstatSync(link).isSymbolicLink(), read(file)['current-context']]).toEqual([true, 'my-bay']);
    });

    test('replaces no other cluster of that name without --force, and no file that is none', async () => {
      const file = join(aFolder(), 'config');
      const other = FORMER.replace('name: old\n    cluster', 'name: my-bay\n    cluster');
      writeFileSync(file, other);
      const refused = await magnum(['bay', 'config', 'my-bay', '--merge', file], { answers });
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('at another address, https://192.0.2.1:6443')]);
      expect(readFileSync(file, 'utf8')).toBe(other);
      expect((await magnum(['bay', 'config', 'my-bay', '--merge', file, '--force'], { answers })).code).toBe(0);
      expect(read(file).clusters.map(({ cluster }) => cluster.server)).toEqual(['https://192.0.2.7:6443']);
      writeFileSync(file, 'clusters: [');
      const broken = await magnum(['bay', 'config', 'my-bay', '--merge', file], { answers });
      expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('is no kubeconfig')]);
      expect(readFileSync(file, 'utf8')).toBe('clusters: [');
    });

    test('is refused for a bay of Docker', async () => {
      const { code, err } = await magnum(['bay', 'config', 'my-bay', '--merge']);
      expect([code, err]).toEqual([2, expect.stringContaining('--merge is for Kubernetes')]);
    });
  });

  const PLACE = base64(CLIENT_CONFIG.key_placeholder);
  test.each<readonly [string, object]>([
    ['in the address of a kubeconfig', kubeconfig({ 'client-key-data': PLACE }, { server: `https://192.0.2.66/${PLACE}` })],
    ['in the address alone', kubeconfig({}, { server: `https://${CLIENT_CONFIG.key_placeholder}.example.org` })],
    ['as a token', kubeconfig({ token: PLACE })],
    ['in a certificate', { files: { ...CLIENT_CONFIG.files, 'cert.pem': `X ${CLIENT_CONFIG.key_placeholder}` } }],
    ['nowhere', { files: { ...CLIENT_CONFIG.files, 'key.pem': 'A KEY OF THE SERVICE' } }],
    [
      'where a short text stands',
      { key_placeholder: 'a', ...kubeconfig({ 'client-key-data': base64('a') }, { server: 'https://a/YQ==' }) },
    ],
    ['where an empty text stands', { key_placeholder: '' }],
  ])('are refused from a service that wants the key %s', async (_where, changes) => {
    const answers: Answers = (_method, path) =>
      path.endsWith('/config') ? Response.json({ ...CLIENT_CONFIG, ...changes }) : undefined;
    const folder = join(aFolder(), 'inner');
    const { code, out, err } = await magnum(['bay', 'config', 'my-bay', '--dir', folder], { answers });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^magnum: The service sent a key|^magnum: The service sent client files without a place for the key\n$/);
    expect(existsSync(folder)).toBe(false);
  });

  test('of a bay without TLS need no key, and stale variables of another bay are unset', async () => {
    const plain = { ...CLIENT_CONFIG, expires_at: null, key_placeholder: null, files: {}, places: {} };
    const made = { ...plain, environment: { DOCKER_HOST: 'tcp://192.0.2.7:2375' } };
    const answers: Answers = (_method, path) => (path.endsWith('/config') ? Response.json(made) : undefined);
    const folder = join(aFolder(), 'inner');
    const { code, out } = await magnum(['bay', 'config', 'my-bay', '--dir', folder], { answers });
    expect([code, out]).toEqual([0, 'export DOCKER_HOST=tcp://192.0.2.7:2375\nunset DOCKER_TLS_VERIFY DOCKER_CERT_PATH\n']);
    expect(existsSync(folder)).toBe(false);
  });

  test('of a bay without an address yet are refused with the reason', async () => {
    const answers: Answers = (_method, path) =>
      path.endsWith('/config') ? failing(409, 'Bay my-bay has no API address yet.') : undefined;
    const { code, err } = await magnum(['bay', 'config', 'my-bay', '--dir', aFolder()], { answers });
    expect([code, err]).toEqual([2, expect.stringContaining('has no API address yet')]);
  });

  test('are not taken from a service that makes a key of its own though it was sent a request', async () => {
    const { key_placeholder: _none, ...earlier } = CLIENT_CONFIG;
    const answers: Answers = (_method, path) => (path.endsWith('/config') ? Response.json(earlier) : undefined);
    const { code, err } = await magnum(['bay', 'config', 'my-bay', '--dir', aFolder()], { answers });
    expect([code, err]).toEqual([2, expect.stringContaining('--key-from-service')]);
  });

  test('are replaced, with their authority, by certificate rotate', async () => {
    const { requests } = await magnum('certificate rotate my-bay --yes');
    expect(requests).toEqual([{ line: 'PATCH /v1/certificates/my-bay', body: undefined }]);
  });

  test('leave the credential of nodes to credential rotate', async () => {
    const { requests } = await magnum('credential rotate my-bay --yes');
    expect(requests).toEqual([{ line: 'PATCH /v1/credentials/my-bay', body: undefined }]);
  });

  const openssl = process.env['CI'] !== undefined || spawnSync('openssl', ['version']).status === 0;
  test.skipIf(!openssl)(
    `are asked for by a request that openssl verifies${openssl ? '' : ' (skipped: openssl is not installed)'}`,
    async () => {
      const { csr, key } = await createSigningRequest({ commonName: 'admin', organization: 'system:masters' });
      const run = (...words: string[]): { stdout: string; stderr: string } =>
        spawnSync('openssl', words, { input: csr, encoding: 'utf8' });
      const request = run('req', '-noout', '-verify', '-subject', '-pubkey');
      expect(request.stdout + request.stderr).toMatch(/verify OK/i);
      expect(request.stdout).toMatch(/CN ?= ?admin, ?O ?= ?system:masters/);
      const own = spawnSync('openssl', ['pkey', '-pubout'], { input: key, encoding: 'utf8' }).stdout;
      expect(own.length).toBeGreaterThan(100);
      expect(request.stdout).toContain(own);
    },
  );
});
