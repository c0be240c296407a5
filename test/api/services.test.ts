import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aService, itemsOf, refusalOf, type Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await aService();
});
afterAll(async () => service.stop());

describe('the conductors', () => {
  test('are shown to administrators, and beat', async () => {
    for (const path of ['/v1/mservices', '/v1/mservices/', '/mservices']) {
      const [conductor, ...others] = itemsOf(await service.request('GET', path, { token: service.tokens.admin }), 'mservices');
      expect(conductor).toMatchObject({
        host: 'test',
        binary: 'magnum-conductor',
        state: 'up',
        disabled: false,
        disabled_reason: null,
      });
      expect(others).toEqual([]);
    }
  });

  test('are refused to everyone but administrators', async () => {
    expect(refusalOf(await service.request('GET', '/v1/mservices'))).toMatchObject({
      status: 403,
      detail: expect.stringContaining('magnum-service:get_all'),
    });
  });

  test('are not paged: every query parameter is refused', async () => {
    for (const query of ['limit=1', 'marker=1', 'sort_key=id', 'x=']) {
      expect((await service.request('GET', `/v1/mservices?${query}`, { token: service.tokens.admin })).status, query).toBe(400);
    }
  });
});
