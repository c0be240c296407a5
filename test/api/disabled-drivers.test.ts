import { afterAll, beforeAll, expect, test } from 'vitest';
import { aService, type Reply, type Service } from '../support/service.js';

const DISABLED = new Set<string>();
let service: Service;
beforeAll(async () => {
  // The set is filled in the middle, as by an operator who starts the service again.
  service = await aService({ drivers: { preferred: null, disabled: DISABLED } });
});
afterAll(async () => service.stop());

const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
  service.request(method, path, { version: '1.14', ...(body === undefined ? {} : { body }) });

test('a disabled driver makes nothing new, and what it has made goes on', async () => {
  await service.createModel({ name: 'before' });
  expect((await ask('POST', '/v1/clusters', { name: 'old', cluster_template_id: 'before' })).status).toBe(202);
  const listed = async (): Promise<readonly string[]> => {
    const { body } = await ask('GET', '/v1/drivers');
    return (body['drivers'] as readonly { readonly name: string }[]).map((driver) => driver.name); // the service's list
  };
  const name = 'swarm-mode';
  const before = await listed();
  expect(before).toContain(name);
  DISABLED.add(name);

  for (const path of ['/v1/clusters', '/v1/bays']) {
    const field = path === '/v1/bays' ? 'baymodel_id' : 'cluster_template_id';
    const refused = await ask('POST', path, { name: 'new', [field]: 'before' });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain(`Driver ${name} is disabled in this cloud ([drivers] disabled_drivers)`);
  }
  await expect(service.createModel({ name: 'after' })).rejects.toThrow('disabled_drivers');
  expect(await listed()).toEqual(before.filter((other) => other !== name));

  const renamed = await ask('PATCH', '/v1/clustertemplates/before', [{ op: 'replace', path: '/name', value: 'renamed' }]);
  expect(renamed.status, JSON.stringify(renamed.body)).toBe(200);
  expect((await ask('DELETE', '/v1/clusters/old')).status).toBe(204);
});
