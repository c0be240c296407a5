import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localConnection } from './local.js';

const plain = { secure: false, guard: null, agent: expect.any(Agent) as Agent };

describe('the Docker Engine that the environment names', () => {
  test.each([
    ['unix:///run/user/1000/docker.sock', { ...plain, socketPath: '/run/user/1000/docker.sock' }],
    ['tcp://192.0.2.7:2375', { ...plain, host: '192.0.2.7', port: 2375 }],
    ['tcp://engine.example.org', { ...plain, host: 'engine.example.org', port: 2375 }],
    ['http://[2001:db8::7]:2380/', { ...plain, host: '2001:db8::7', port: 2380 }],
  ])('DOCKER_HOST=%s', (host, connection) => {
    expect(localConnection({ DOCKER_HOST: host })).toEqual(connection);
  });

  test('none: a socket of this host', () => {
    expect(localConnection({})).toMatchObject({ secure: false, socketPath: expect.stringMatching(/docker\.sock$/) as string });
  });

  test('with DOCKER_TLS_VERIFY the certificates of DOCKER_CERT_PATH are used, and the port of TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'docker-certificates-'));
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), `the ${name}`);
    const environment = { DOCKER_HOST: 'tcp://192.0.2.7', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    expect(localConnection(environment)).toEqual({
      secure: true,
      guard: null,
      host: '192.0.2.7',
      port: 2376,
      agent: expect.any(TlsAgent) as TlsAgent,
      ca: 'the ca',
      cert: 'the cert',
      key: 'the key',
    });
    rmSync(folder, { recursive: true });
  });

  test.each(['ssh://root@192.0.2.7', 'npipe:////./pipe/docker_engine', '192.0.2.7:2375', 'tcp://'])(
    'DOCKER_HOST=%s is refused with the forms that can be used',
    (host) => {
      expect(() => localConnection({ DOCKER_HOST: host })).toThrow(
        `DOCKER_HOST=${host} cannot be used: give unix://PATH or tcp://ADDRESS:PORT.`,
      );
    },
  );
});
