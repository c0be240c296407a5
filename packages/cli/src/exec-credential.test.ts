import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { aFolder, CLIENT_CONFIG, magnum, type Answers, type Ran } from './testing/fake-magnum.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const USER = { 'client-certificate-data': base64('CERT PEM'), 'client-key-data': base64(CLIENT_CONFIG.key_placeholder) };
const SERVER = 'https://192.0.2.7:6443';

/** A service with a bay of Kubernetes, whose certificates last so long. */
function aService(livesMs = 3_600_000): Answers {
  return (_method, path) => {
    if (!path.endsWith('/config')) return undefined;
    const config = stringify({
      clusters: [{ name: 'c', cluster: { server: SERVER, 'certificate-authority-data': 'Q0E=' } }],
      users: [{ name: 'admin', user: USER }],
    });
    const expires_at = new Date(Date.now() + livesMs).toISOString();
    return Response.json({ ...CLIENT_CONFIG, environment: {}, places: { KUBECONFIG: 'config' }, files: { config }, expires_at });
  };
}

const LOGIN = { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 'secret-token' };
const info = (cluster: object, version = 'v1'): string =>
  JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: `client.authentication.k8s.io/${version}`,
    spec: { interactive: false, cluster },
  });

interface Printed {
  readonly apiVersion: string;
  readonly status: {
    readonly clientCertificateData: string;
    readonly clientKeyData: string;
    readonly expirationTimestamp: string;
  };
}
const printedBy = ({ out }: Ran): Printed => JSON.parse(out) as Printed; // as the command prints it

describe('the certificate that kubectl asks for', () => {
  test('is of a key of this machine, for an hour, and is printed as client-go reads it', async () => {
    const { code, out, requests, err } = await magnum('bay exec-credential my-bay', { answers: aService() });
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: {
        clientCertificateData: 'CERT PEM',
        clientKeyData: expect.stringContaining('BEGIN PRIVATE KEY'),
        expirationTimestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
    const asked = new URL(requests[0]?.line.split(' ')[1] ?? '', 'http://x').searchParams;
    expect([asked.get('valid_for'), asked.get('csr')]).toEqual(['3600', expect.stringContaining('CERTIFICATE REQUEST')]);
  });

  test('is kept for the next commands in a file of the user alone, for that cluster, authority and login', async () => {
    const home = aFolder();
    const run = async (cluster: object, env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const variables = { ...LOGIN, HOME: home, KUBERNETES_EXEC_INFO: info(cluster), ...env };
      return printedBy(await magnum('cluster exec-credential my-bay', { env: variables, answers: aService() })).status
        .clientKeyData;
    };
    const here = { server: SERVER, 'certificate-authority-data': 'Q0E=' };
    const first = await run(here);
    expect(await run(here)).toBe(first);
    const folder = join(home, '.cache', 'magnum', 'certificates');
    const files = readdirSync(folder).filter((name) => name !== 'salt');
    expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{48}\.json$/)]);
    expect(statSync(join(folder, files[0] ?? '')).mode & 0o777).toBe(0o600);
    const others = [
      await run({ ...here, 'certificate-authority-data': 'T1RIRVI=' }),
      await run({ ...here, server: 'https://192.0.2.8:6443' }),
      await run(here, { OS_TOKEN: 'another-token' }),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
    expect(await run(here)).toBe(first);
  });

  test('is made anew in the last fifth of its life, and each time with --no-token-cache', async () => {
    const home = aFolder();
    const run = async (words: string, livesMs: number): Promise<string> =>
      printedBy(
        await magnum(`bay exec-credential my-bay ${words}`, { env: { ...LOGIN, HOME: home }, answers: aService(livesMs) }),
      ).status.clientKeyData;
    const [near, next] = [await run('--ttl 100', 19_000), await run('--ttl 100', 100_000)];
    expect(next).not.toBe(near);
    expect(await run('--ttl 100', 100_000)).toBe(next);
    expect(await run('--ttl 100 --no-token-cache', 100_000)).not.toBe(next);
  });

  test('comes in the version that kubectl asks for, and not in an unknown one', async () => {
    const run = (text: string): Promise<Ran> =>
      magnum('bay exec-credential my-bay', { env: { ...LOGIN, KUBERNETES_EXEC_INFO: text }, answers: aService() });
    expect(printedBy(await run(info({}, 'v1beta1'))).apiVersion).toBe('client.authentication.k8s.io/v1beta1');
    for (const text of [info({}, 'v2'), '{}', 'x']) {
      const { code, out, err } = await run(text);
      expect([code, out, err]).toEqual([2, '', expect.stringContaining('KUBERNETES_EXEC_INFO')]);
    }
  });

  test('is refused for a bay of Docker', async () => {
    const { code, out, err } = await magnum('bay exec-credential my-bay');
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('this command is for Kubernetes')]);
  });
});

describe('a kubeconfig with --exec', () => {
  interface Config {
    readonly users: readonly { readonly name: string; readonly user: { readonly exec: { readonly args: readonly string[] } } }[];
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  }
  const read = (file: string): Config => parse(readFileSync(file, 'utf8')) as Config; // as written by the command

  test('has no key and no secret, and names what finds them', async () => {
    const file = join(aFolder(), 'config');
    const line = [
      'cluster',
      'config',
      'my-bay',
      '--merge',
      file,
      '--exec',
      '--ttl',
      '2h',
      '--os-container-infra-api-version',
      '1.10',
      '--insecure',
    ];
    const { code, err } = await magnum(line, { answers: aService() });
    expect([code, err]).toEqual([0, expect.stringContaining('variables OS_* of this shell')]);
    expect(readFileSync(file, 'utf8')).not.toMatch(/client-key|client-certificate|secret-token/);
    expect(read(file).clusters[0]?.cluster.server).toBe(SERVER);
    expect(read(file).users).toEqual([
      {
        name: 'my-bay-admin',
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: 'magnum',
            args: [
              'cluster',
              'exec-credential',
              'my-bay',
              '--ttl',
              '7200',
              '--os-container-infra-api-version',
              '1.10',
              '--insecure',
            ],
            installHint: expect.stringContaining('npm install'),
            interactiveMode: 'Never',
            provideClusterInfo: true,
          },
        },
      },
    ]);
  });

  test('is a command line that this program understands', async () => {
    const folder = join(aFolder(), 'files');
    await magnum(['bay', 'config', 'my-bay', '--dir', folder, '--exec', '--magnum-endpoint', 'http://magnum.test/v1'], {
      answers: aService(),
    });
    const args = read(join(folder, 'config')).users[0]?.user.exec.args ?? [];
    const run = await magnum(args, { answers: aService(), env: { OS_TOKEN: 't' } });
    expect([run.code, printedBy(run).status.clientCertificateData]).toEqual([0, 'CERT PEM']);
  });

  test.each([
    ['a secret among the options', ['--os-token', 'x'], '--os-token'],
    ['a key of the service', ['--key-from-service'], 'exclude each other'],
  ])('is not written with %s', async (_what, words, says) => {
    const folder = join(aFolder(), 'files');
    const { code, err, requests } = await magnum(['bay', 'config', 'my-bay', '--dir', folder, '--exec', ...words], {
      answers: aService(),
    });
    expect([code, err, requests, existsSync(folder)]).toEqual([2, expect.stringContaining(says), [], false]);
  });

  test('is not written for a bay of Docker', async () => {
    const folder = join(aFolder(), 'files');
    const { code, err } = await magnum(['bay', 'config', 'my-bay', '--dir', folder, '--exec']);
    expect([code, err, existsSync(folder)]).toEqual([2, expect.stringContaining('--exec is for Kubernetes'), false]);
  });
});
