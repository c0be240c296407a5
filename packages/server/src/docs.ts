import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Mount } from '@magnum-ts/core';

// Served by name only: nothing else of the package, and nothing outside of it, can be asked for.
const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const satisfies Record<string, string>;

const SETUP = `window.addEventListener('load', () => {
  window.ui = SwaggerUIBundle({
    url: '/docs/magnum.json', dom_id: '#reference', deepLinking: true, docExpansion: 'list', defaultModelsExpandDepth: 0,
    displayOperationId: true, persistAuthorization: false, tryItOutEnabled: false, validatorUrl: null, showExtensions: false,
  });
});
`;

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Magnum API</title>
  <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="reference"></div>
  <noscript>This page needs JavaScript. The reference as a document: <a href="/docs/magnum.json">magnum.json</a>.</noscript>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/setup.js"></script>
</body>
</html>
`;

/** Everything from this server alone. The page's styles are set by script, hence `style-src`; its icons are data URLs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Document {
  readonly type: string;
  read(): Promise<Uint8Array | string>;
}

export const docsRoom: Mount = { under: ['/docs'], handle: handleDocs };

/** The API reference at `/docs`, its parts, and the specification at `/docs/magnum.json`. Undefined for every other path. */
export async function handleDocs(request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (pathname !== '/docs' && !pathname.startsWith('/docs/')) return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return plain(405, 'Only GET is served here.', { allow: 'GET, HEAD' });
  const document = documentAt(pathname.slice('/docs'.length).replace(/^\//, ''));
  if (!document) return plain(404, 'There is no such page. The API reference is at /docs.');
  return answer(request, document.type, await document.read());
}

function documentAt(name: string): Document | undefined {
  if (name === '') return { type: 'text/html; charset=utf-8', read: async () => PAGE };
  if (name === 'setup.js') return { type: 'text/javascript; charset=utf-8', read: async () => SETUP };
  if (name === 'magnum.json') return { type: 'application/json', read: () => fileOf('@magnum-ts/openapi/magnum.json') };
  if (isAsset(name)) return { type: ASSETS[name], read: () => fileOf('swagger-ui-dist', name) };
  return undefined;
}

function isAsset(name: string): name is keyof typeof ASSETS {
  return Object.hasOwn(ASSETS, name);
}

const resolve = createRequire(import.meta.url).resolve;
const files = new Map<string, Promise<Uint8Array>>();

/** A file of an installed package: by its export, or beside the package's entry. Read once. */
function fileOf(specifier: string, name?: string): Promise<Uint8Array> {
  const path = name === undefined ? resolve(specifier) : join(dirname(resolve(`${specifier}/package.json`)), name);
  const known = files.get(path) ?? readFile(path);
  files.set(path, known);
  known.catch(() => files.delete(path));
  return known;
}

function answer(request: Request, type: string, content: Uint8Array | string): Response {
  const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const headers = { ...securityHeaders(type), etag: tag, 'cache-control': 'no-cache' };
  if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
  const body = typeof content === 'string' ? content : new Uint8Array(content);
  return new Response(request.method === 'HEAD' ? null : body, { headers });
}

function plain(status: number, text: string, more: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, { status, headers: { ...securityHeaders('text/plain; charset=utf-8'), ...more } });
}

function securityHeaders(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
}
