import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { pairText, vaultContract } from '@magnum-ts/core/testing';
import { barbicanVault } from '../../packages/core/src/adapters/certificates/vault-barbican.js';
import { dataOf, openSession } from '../../packages/core/src/adapters/openstack/session.js';
import { SIGNAL, wire, withOpenstack } from './cloud.js';

vi.setConfig({ testTimeout: 60_000 });

const aRef = (): string => `bay/${randomUUID()}/ca`;

await withOpenstack('Barbican', (cloud) => {
  const session = openSession(cloud.deps());

  vaultContract('Barbican', () =>
    Promise.resolve({ vault: () => barbicanVault(session), ref: aRef(), close: () => Promise.resolve() }),
  );

  async function leftOf(ref: string): Promise<number> {
    const query = { name: `magnum/${ref}` };
    const { secrets } = await dataOf(session.keyManager.GET('/v1/secrets', { params: { query }, signal: SIGNAL }));
    const { containers } = await dataOf(session.keyManager.GET('/v1/containers', { params: { query }, signal: SIGNAL }));
    return secrets.length + containers.length;
  }

  test('a key pair is a certificate container, as other tools know it, and goes with its secrets', async () => {
    const [vault, ref] = [barbicanVault(session), aRef()];
    await vault.keep(ref, new Secret(pairText('a')));
    const query = { name: `magnum/${ref}` };
    const { containers } = await dataOf(session.keyManager.GET('/v1/containers', { params: { query }, signal: SIGNAL }));
    expect(containers).toMatchObject([{ type: 'certificate' }]);
    expect(containers[0]?.secret_refs.map(({ name }) => name).sort()).toEqual(['certificate', 'private_key']);
    await vault.delete(ref);
    expect(await leftOf(ref)).toBe(0);
  });

  test('deleting removes also the secrets of a creation that died before its container stood', async () => {
    const [vault, ref] = [barbicanVault(session), aRef()];
    const body = {
      name: `magnum/${ref}`,
      secret_type: 'certificate',
      payload: 'half',
      payload_content_type: 'text/plain',
    } as const;
    await session.keyManager.POST('/v1/secrets', { body, signal: SIGNAL });
    expect(await vault.get(ref)).toBeUndefined();
    await vault.delete(ref);
    expect(await leftOf(ref)).toBe(0);
  });

  test('a Barbican that does not answer is a reason to try again, and says so', async () => {
    const silent = openSession(
      cloud.deps({
        wire: (request, signal) => wire({ ...request, url: request.url.replace(/^.*(?=\/v1\/)/, 'http://127.0.0.1:1') }, signal),
      }),
    );
    await expect(barbicanVault(silent).keep(aRef(), new Secret('s'))).rejects.toMatchObject({
      kind: 'cloud-unavailable',
      retry: 'later',
      message: expect.stringContaining('Barbican does not answer'),
    });
  });
});
