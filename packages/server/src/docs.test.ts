import { expect, test } from 'vitest';
import { handleDocs } from './docs.js';

const get = (path: string, init: RequestInit = {}): Promise<Response | undefined> =>
  handleDocs(new Request(`http://magnum.test${path}`, init));

async function page(path: string): Promise<string> {
  const response = await get(path);
  expect(response?.status, path).toBe(200);
  return (await response?.text()) ?? '';
}

test('the page loads only parts that are served here', async () => {
  const html = await page('/docs');
  const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(parts.length).toBeGreaterThan(3);
  for (const part of parts) expect((await page(part)).length, part).toBeGreaterThan(100);
  expect(html).toBe(await page('/docs/'));
});

test('the page has no script or style of its own, so that the policy may forbid them', async () => {
  const html = await page('/docs');
  expect(html).not.toMatch(/<script>|<style|\son\w+=/);
  const policy = (await get('/docs'))?.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
});

test('the specification is the whole API as JSON', async () => {
  const spec: unknown = JSON.parse(await page('/docs/magnum.json'));
  expect(spec).toMatchObject({ openapi: '3.1.0', paths: { '/v1/bays': { post: { operationId: 'createBay' } } } });
  expect((await get('/docs/magnum.json'))?.headers.get('content-type')).toBe('application/json');
});

test.each([
  '/docs/package.json',
  '/docs/../package.json',
  '/docs/%2e%2e/package.json',
  '/docs/..%2fpackage.json',
  '/docs/constructor',
  '/docs/swagger-ui.css.map',
])('%s is not served', async (path) => {
  const response = await get(path);
  expect(response === undefined || response.status === 404).toBe(true);
});

test('what is unchanged is not sent again', async () => {
  const etag = (await get('/docs'))?.headers.get('etag') ?? '';
  expect((await get('/docs', { headers: { 'if-none-match': etag } }))?.status).toBe(304);
});

test('other paths are left to others, other methods are refused', async () => {
  expect(await get('/v1/bays')).toBeUndefined();
  expect(await get('/docsx')).toBeUndefined();
  expect((await get('/docs', { method: 'POST' }))?.status).toBe(405);
});
