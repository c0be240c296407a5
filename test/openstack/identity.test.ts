import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { systemClock } from '@magnum-ts/core/testing';
import { withTokenCache } from '../../packages/core/src/adapters/identity/cached.js';
import { KeystoneIdentity } from '../../packages/core/src/adapters/openstack/identity.js';
import type { Wire } from '../../packages/core/src/adapters/openstack/wire.js';
import { SIGNAL, wire, withOpenstack, type Cloud } from './cloud.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

function identityOf(cloud: Cloud, through: Wire = wire): KeystoneIdentity {
  return new KeystoneIdentity(cloud.deps({ wire: through }), {
    publicAuthUrl: 'http://keystone.example/v3',
    trustees: {
      domain: { name: 'magnum' },
      admin: { name: 'magnum_domain_admin', domain: { name: 'magnum' } },
      password: new Secret(cloud.openstack.password),
    },
  });
}

async function revoke(cloud: Cloud, token: Secret): Promise<void> {
  const headers = { 'x-auth-token': token.reveal(), 'x-subject-token': token.reveal() };
  await wire({ method: 'DELETE', url: `${cloud.openstack.keystone}/v3/auth/tokens`, headers, body: undefined }, SIGNAL);
}

await withOpenstack('Keystone', (cloud) => {
  test("a token identifies user, project and roles; another's, a broken and an odd one identify nothing", async () => {
    const identity = identityOf(cloud);
    const { secret, document } = await cloud.tokenOf('demo', 'demo');
    expect(await identity.validate(secret, { signal: SIGNAL })).toMatchObject({
      userName: 'demo',
      userDomainId: 'default',
      projectId: document.project?.id,
      roles: expect.arrayContaining(['member', 'reader']),
      systemScope: false,
      restricted: false,
    });
    for (const text of ['nonsense', 'a b', 'é', `${secret.reveal()}x`, 'x'.repeat(9_000)])
      expect(await identity.validate(new Secret(text), { signal: SIGNAL }), text).toBeUndefined();
  });

  test('a project is known by its id', async () => {
    const { projectId } = await cloud.accessOf('demo', 'demo');
    expect(await identityOf(cloud).projectExists(projectId, SIGNAL)).toBe(true);
    for (const absent of ['0'.repeat(32), '../users', 'a b'])
      expect(await identityOf(cloud).projectExists(absent, SIGNAL), absent).toBe(false);
  });

  test('tokens of a domain and without scope are distinguished from those of a project', async () => {
    const identity = identityOf(cloud);
    const { login } = cloud.trusteeAdmin();
    const domain = await login.token(false, SIGNAL);
    expect(await identity.validate(domain.secret, { signal: SIGNAL })).toMatchObject({
      projectId: null,
      domainId: identity.trusteeDomainId,
      roles: expect.arrayContaining(['admin']),
    });
    const unscoped = await cloud.loginWith('other', undefined).token(false, SIGNAL);
    expect(await identity.validate(unscoped.secret, { signal: SIGNAL })).toMatchObject({ projectId: null, roles: [] });
  });

  test('1,000 requests with one token make one call to Keystone; a revoked token is refused when the window ends', async () => {
    let calls = 0;
    const counting: Wire = (request, signal) => {
      if (request.headers['x-subject-token']) calls += 1;
      return wire(request, signal);
    };
    const identity = withTokenCache(identityOf(cloud, counting), { ttlMs: 1_500, clock: systemClock });
    const { secret } = await cloud.tokenOf('demo2', 'demo');
    const found = await Promise.all(Array.from({ length: 1_000 }, () => identity.validate(secret, { signal: SIGNAL })));
    expect([calls, found.filter(Boolean).length]).toEqual([1, 1_000]);
    await revoke(cloud, secret);
    // Time itself is tested: the window of the cache has to pass.
    await systemClock.sleep(1_700);
    expect(await identity.validate(secret, { signal: SIGNAL })).toBeUndefined();
    expect(calls).toBe(2);
  });

  test('a Keystone that is not there is the service’s trouble, not the caller’s', async () => {
    const away: Wire = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    await expect(identityOf(cloud, away).validate(new Secret('gAAAA'), { signal: SIGNAL })).rejects.toMatchObject({
      status: 503,
    });
  });

  test('a service user whose token was revoked logs in again by itself', async () => {
    const service = cloud.login('magnum', 'service');
    const identity = new KeystoneIdentity(cloud.deps({ service }), { publicAuthUrl: '', trustees: undefined });
    const { secret } = await cloud.tokenOf('demo', 'demo');
    expect(await identity.validate(secret, { signal: SIGNAL })).toBeDefined();
    await revoke(cloud, (await service.token(false, SIGNAL)).secret);
    expect(await identity.validate(secret, { signal: SIGNAL })).toMatchObject({ userName: 'demo' });
  });

  describe('trusts', () => {
    const identity = identityOf(cloud);
    const [name, password] = [`trustee-${randomUUID()}`, new Secret('a-long-password-1')];
    let userId: string;

    beforeAll(async () => {
      ({ userId } = await identity.ensureTrustee(name, new Secret('an-older-password'), SIGNAL));
    });
    afterAll(() => identity.deleteTrustee(name, SIGNAL));

    test('an account is made once, its password set again, and deleting it twice is fine', async () => {
      expect((await identity.ensureTrustee(name, password, SIGNAL)).userId).toBe(userId);
      const other = `${name}-other`;
      const [one, two] = await Promise.all([1, 2].map(() => identity.ensureTrustee(other, password, SIGNAL)));
      expect(one?.userId).toBe(two?.userId);
      await identity.deleteTrustee(other, SIGNAL);
      await identity.deleteTrustee(other, SIGNAL);
      // A new password ends the tokens of its own second, as Keystone records revocations by whole seconds.
      await systemClock.sleep(1_000);
    });

    test('a trust is made once, lets the account act for its owner, and ends', async () => {
      const trustee = { userId, password };
      const { secret, document } = await cloud.tokenOf('demo', 'demo');
      const request = { trustee, ownerToken: secret, roles: [], redelegations: 3 };
      const trustId = await identity.trusts.ensure(request, SIGNAL);
      expect(await identity.trusts.ensure(request, SIGNAL)).toBe(trustId);
      await revoke(cloud, secret);
      expect(document.user.name).toBe('demo');
      await identity.trusts.delete(trustId, trustee, SIGNAL);
      await identity.trusts.delete(trustId, trustee, SIGNAL);
      await expect(identity.trusts.ensure(request, SIGNAL)).rejects.toMatchObject({
        kind: 'cloud-refused',
        message: expect.stringContaining('The token of the request ended'),
      });
    });

    test('a second account and trust stand beside the first, and outlive it', async () => {
      const { secret: ownerToken } = await cloud.tokenOf('demo', 'demo');
      const [first, second] = [`${name}-first`, `${name}-first_1`];
      const holders = await Promise.all([first, second].map((username) => identity.ensureTrustee(username, password, SIGNAL)));
      const [one, two] = holders.map((holder) => ({ trustee: { ...holder, password }, ownerToken, roles: [], redelegations: 0 }));
      if (!one || !two) throw new Error('there are two');
      const trusts = [await identity.trusts.ensure(one, SIGNAL), await identity.trusts.ensure(two, SIGNAL)];
      expect(new Set(trusts).size).toBe(2);
      await identity.trusts.delete(trusts[0] ?? '', one.trustee, SIGNAL);
      await identity.deleteTrustee(first, SIGNAL);
      // Ending again what is gone with its account is fine; the other's trust is found, and still lets it act.
      await identity.trusts.delete(trusts[0] ?? '', one.trustee, SIGNAL);
      expect(await identity.trusts.ensure(two, SIGNAL)).toBe(trusts[1]);
      await identity.deleteTrustee(second, SIGNAL);
    });

    test('roles that the owner lacks are named', async () => {
      const { secret } = await cloud.tokenOf('reader', 'demo');
      const request = { trustee: { userId, password }, ownerToken: secret, roles: ['member'], redelegations: 0 };
      await expect(identity.trusts.ensure(request, SIGNAL)).rejects.toMatchObject({ message: expect.stringContaining('member') });
    });

    test('a token of a restricted application credential is known as such, and cannot delegate', async () => {
      const { secret, document } = await cloud.tokenOf('other', 'other');
      const url = `${cloud.openstack.keystone}/v3/users/${document.user.id}/application_credentials`;
      const body = JSON.stringify({ application_credential: { name: randomUUID(), secret: 'app-secret-1' } });
      const headers = { 'x-auth-token': secret.reveal(), 'content-type': 'application/json' };
      const made = await wire({ method: 'POST', url, headers, body }, SIGNAL);
      const { application_credential: credential } = JSON.parse(made.text) as { application_credential: { id: string } };
      const identityBody = {
        methods: ['application_credential'],
        application_credential: { id: credential.id, secret: 'app-secret-1' },
      };
      const reply = await wire(
        {
          method: 'POST',
          url: `${cloud.openstack.keystone}/v3/auth/tokens`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ auth: { identity: identityBody } }),
        },
        SIGNAL,
      );
      const token = new Secret(reply.headers.get('x-subject-token') ?? '');
      expect(await identity.validate(token, { signal: SIGNAL })).toMatchObject({ restricted: true });
      const request = { trustee: { userId, password }, ownerToken: token, roles: [], redelegations: 3 };
      await expect(identity.trusts.ensure(request, SIGNAL)).rejects.toMatchObject({ kind: 'cloud-refused' });
    });
  });
});
