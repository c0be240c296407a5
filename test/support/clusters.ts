import { expect } from 'vitest';
import { resource, type Fields, type Reply, type Service } from './service.js';

// Clusters as clients make and change them, at the newest version unless one is named.
export const post = (to: Service, fields: Fields, version = '1.14', token = to.tokens.demo): Promise<Reply> =>
  to.request('POST', '/v1/clusters', { body: { cluster_template_id: 'swarm', ...fields }, version, token });
export const get = async (to: Service, ident: string, version = '1.14', token = to.tokens.demo): Promise<Fields> => {
  const reply = await to.request('GET', `/v1/clusters/${ident}`, { version, token });
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
};
export const patch = (
  to: Service,
  ident: string,
  operations: unknown,
  version = '1.14',
  token = to.tokens.demo,
): Promise<Reply> => to.request('PATCH', `/v1/clusters/${ident}`, { body: operations, version, token });
export const resize = (count: unknown) => [{ op: 'replace', path: '/node_count', value: count }];

/** One that has come up. */
export async function made(to: Service, fields: Fields, version = '1.14'): Promise<Fields & { readonly uuid: string }> {
  const { uuid } = resource(await post(to, fields, version), 202);
  await to.until(uuid, 'CREATE_COMPLETE');
  return { ...(await get(to, uuid)), uuid };
}
