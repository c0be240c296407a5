import type { HttpHandler, HttpReply } from '@magnum-ts/core';

/** `[cors]`: which scripts may use the API from a browser. */
export interface CorsRules {
  /** Origins; `*` for all of them. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number;
}

/** What clients of this API send and read, beside what browsers allow by themselves. */
const SENT = [
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'OpenStack-API-Version',
  'X-Auth-Token',
  'X-OpenStack-Request-ID',
  'X-Subject-Token',
];
const READ = [
  'ETag',
  'Idempotency-Replayed',
  'Location',
  'Magnum-Error',
  'Magnum-Extensions',
  'OpenStack-API-Maximum-Version',
  'OpenStack-API-Minimum-Version',
  'OpenStack-API-Version',
  'Retry-After',
  'Warning',
  'X-OpenStack-Request-ID',
  'X-Subject-Token',
];

/**
 * Cross-origin resource sharing (the Fetch standard, "HTTP CORS protocol"). Asked by a browser what it may send, answers that itself;
 * every other answer gets a header for the origins that are allowed. Others get the plain answer, which their browser keeps from
 * the script. Cookies and client certificates go to named origins only: with `*` any page could use those of its visitor.
 */
export function withCors(handler: HttpHandler, rules: CorsRules): HttpHandler {
  if (rules.origins.length === 0) return handler;
  return async (request) => {
    const origin = request.header('origin');
    if (origin === null) return varying(await handler(request));
    const shared = sharedWith(origin, rules);
    if (request.method === 'OPTIONS' && request.header('access-control-request-method') !== null)
      return { status: 204, headers: { ...(shared && preflight(shared, rules)), Vary: PREFLIGHT_VARY }, body: '' };
    const reply = varying(await handler(request));
    if (!shared) return reply;
    return {
      ...reply,
      headers: { ...reply.headers, ...shared, 'Access-Control-Expose-Headers': joinUnique(READ, rules.exposed) },
    };
  };
}

const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

function sharedWith(origin: string, rules: CorsRules): Readonly<Record<string, string>> | undefined {
  if (rules.origins.includes(origin))
    return {
      'Access-Control-Allow-Origin': origin,
      ...(rules.credentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
    };
  return rules.origins.includes('*') ? { 'Access-Control-Allow-Origin': '*' } : undefined;
}

function preflight(shared: Readonly<Record<string, string>>, rules: CorsRules): Readonly<Record<string, string>> {
  return {
    ...shared,
    'Access-Control-Allow-Methods': rules.methods.join(', '),
    'Access-Control-Allow-Headers': joinUnique(SENT, rules.headers),
    'Access-Control-Max-Age': String(rules.maxAgeSeconds),
  };
}

/** A cache must not give one origin the answer for another. */
function varying(reply: HttpReply): HttpReply {
  const known = Object.entries(reply.headers).find(([name]) => name.toLowerCase() === 'vary');
  const others = Object.fromEntries(Object.entries(reply.headers).filter(([name]) => name !== known?.[0]));
  return { ...reply, headers: { ...others, Vary: known ? `${known[1]}, Origin` : 'Origin' } };
}

function joinUnique(usual: readonly string[], more: readonly string[]): string {
  return [...new Set([...usual, ...more])].join(', ');
}
