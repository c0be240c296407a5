import { describe, expect, test } from 'vitest';
import { redactSecrets, redactText } from './redact.js';
import { magnum } from './testing/fake-magnum.js';

const SECRET = 'hunter2';
const manifest = (name: string, value: string): object => ({ spec: { containers: [{ env: [{ name, value }] }] } });

describe('secrets are replaced', () => {
  test.each([
    ['variables', { environment: { PASSWORD: SECRET, DB_PASSWORD: SECRET, dbPassword: SECRET, PGPASSWORD: SECRET } }],
    [
      'words in a name',
      { environment: { AWS_SECRET_ACCESS_KEY: SECRET, GITHUB_TOKEN: SECRET, API_KEY: SECRET, APIKEY: SECRET } },
    ],
    ['a passphrase', { labels: { key_passphrase: SECRET, 'registry-passwd': SECRET } }],
    ['numbers', { labels: { admin_password: 12345678, passcode: 123456 } }],
    ['lists', { tokens: [SECRET], environment: [`DB_PASSWORD=${SECRET}`] }],
    ['maps of secrets', { secrets: { db: SECRET } }],
    ['proxies', { http_proxy: `http://user:${SECRET}@proxy:3128`, https_proxy: `https://user:p@${SECRET}@proxy` }],
    ['addresses in a label', { labels: { registry: `https://${SECRET}@github.test/x`, both: `a,http://:${SECRET}@[::1]:1` } }],
    ['a login by password', { auth: { identity: { password: { user: { name: 'ann', password: SECRET } } } } }],
    ['a login by token', { auth: { identity: { token: { id: SECRET } } } }],
    ['an application credential', { application_credential: { id: 'i', secret: SECRET } }],
    ['an answer', { trustee_password: SECRET, id_token: SECRET, private_key: SECRET, ssh_authorized_key: SECRET }],
    ['a patch', [{ op: 'add', path: '/labels/db_password', value: SECRET }]],
    ['a command', { command: `mysql --password ${SECRET} -e x` }],
    ['a command with =', { command: `env DB_PASSWORD=${SECRET} TOKEN='${SECRET} ${SECRET}' run` }],
    ['a manifest', { manifest: JSON.stringify(manifest('DB_PASSWORD', SECRET)) }],
    ['a manifest in YAML', { manifest: `env:\n- name: DB_PASSWORD\n  value: "${SECRET} ${SECRET}"\n` }],
    ['a secret of Kubernetes', { manifest: JSON.stringify({ kind: 'Secret', data: { user: SECRET } }) }],
    ['a secret of Kubernetes in YAML', { manifest: `kind: Secret\ndata:\n  user: ${SECRET}\n` }],
    ['a kubeconfig', { files: { config: `users:\n- user:\n    token: ${SECRET}\n    client-key-data: ${SECRET}==\n` } }],
    ['a key', { files: { 'key.pem': `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----\n` } }],
    ['a key that was cut', { output: `-----BEGIN PRIVATE KEY-----\n${SECRET}` }],
  ])('of %s', (_what, body) => {
    expect(redactSecrets(JSON.stringify(body))).not.toContain(SECRET);
    expect(redactSecrets(JSON.stringify(body))).not.toMatch(/12345678|123456/);
    expect(redactText(JSON.stringify(body, null, 2))).not.toContain(SECRET);
  });

  test('and nothing else', () => {
    const body = {
      keypair: 'my-pair',
      keypair_id: 'my-pair',
      x509keypairs: [{ uuid: 'u', name: 'n' }],
      labels: { a: 'b', monitoring: 'true' },
      http_proxy: 'http://proxy:3128',
      status_reason: 'nodes are ready: 3 of 3',
      token: { project: { name: 'p' }, catalog: [{ endpoints: [{ url: 'http://magnum.test/v1' }] }] },
      trustee_password: null,
    };
    expect(JSON.parse(redactSecrets(JSON.stringify(body)))).toEqual(body);
  });
});

describe('--debug', () => {
  test.each([
    ['container create web --bay my-bay --image nginx --environment PASSWORD=hunter2,DB_PASSWORD=hunter2'],
    ['bay create b --baymodel m --labels registry_password=hunter2,proxy=http://u:hunter2@p'],
    ['baymodel create m --coe swarm --image i --keypair k --http-proxy http://user:hunter2@proxy:1'],
    ['container exec --debug web env DB_PASSWORD=hunter2 run'],
  ])('shows no secret of requests and answers: %s', async (line) => {
    const words = line.includes('--debug') ? line.split(' ') : [...line.split(' '), '--debug'];
    const { err } = await magnum(words, {
      answers: (method, path, _url) =>
        path === '/v1'
          ? undefined
          : Response.json(
              { output: '', environment: { X_TOKEN: 'hunter2' }, http_proxy: 'http://u:hunter2@p' },
              { status: method === 'POST' ? 201 : 200, headers: { location: 'http://u:hunter2@m.test', 'x-api-key': 'hunter2' } },
            ),
    });
    expect(err).toContain('curl -g -i');
    expect(err).toContain('***');
    expect(err).not.toContain('hunter2');
  });
});
