import { Secret } from '@magnum-ts/core';
import type { Service } from './service.js';

/** A token of the account of a bay's nodes, in the first project. */
export async function trusteeToken(service: Service, bayId: string): Promise<string> {
  const name = `${bayId}_${service.config.projects[0]?.id ?? ''}`;
  await service.identity.ensureTrustee(name, new Secret('a-password'), AbortSignal.timeout(5_000));
  const user = { name, domain: { id: service.config.trusteeDomainId }, password: 'a-password' };
  return login(service, { identity: { methods: ['password'], password: { user } } });
}

/** A token for demo, for no project. */
export async function unscopedToken(service: Service): Promise<string> {
  const user = { name: 'demo', domain: { id: 'default' }, password: 'demo-password' };
  return login(service, { identity: { methods: ['password'], password: { user } }, scope: 'unscoped' });
}

async function login(service: Service, auth: object): Promise<string> {
  const reply = await service.request('POST', '/identity/v3/auth/tokens', { body: { auth } });
  const token = reply.headers.get('x-subject-token');
  if (!token) throw new Error(`no token: ${reply.status} ${reply.text}`);
  return token;
}
