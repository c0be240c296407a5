/**
 * The only place that sends a request of this library.
 *
 * By default, fetch follows redirects with the headers and, for 307 and 308, with the body. It removes `Authorization` when the origin changes,
 * but not `X-Auth-Token` or a password in the body, so a misconfigured proxy, or a process that answers once in place of the server, would
 * receive them. Therefore a redirect is an error that names the new address, for calls, logins, discovery, lists and streams alike.
 * One exception: a GET that stays at the same scheme, host and port is followed, since upstream's web framework redirects `/v1` to `/v1/`.
 */
import { MagnumError, RedirectError } from './errors.js';

export type Fetch = (request: Request) => Promise<Response>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/** Sends one request; throws RedirectError for every redirect but that one. */
export async function sendRequest(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  let address = url;
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(requestTo(address, init));
    if (!isRedirect(response)) return response;
    await response.body?.cancel();
    const target = redirectTarget(response, address);
    if (target === undefined || hops === MAX_REDIRECTS || !mayFollow(init.method, address, target))
      throw new RedirectError(address, target);
    address = target;
  }
}

function requestTo(address: string, init: RequestInit): Request {
  try {
    return new Request(address, { ...init, redirect: 'manual' });
  } catch {
    // The words of the error have the header's value, which may be the token, so it is not kept as the cause.
    const message =
      'The request cannot be written: its method is none, or the token, `ifMatch` or `idempotencyKey` has characters that no header can have';
    throw new MagnumError(message, 'invalid-request');
  }
}

/** Browsers report a redirect as an opaque response with the status 0. */
function isRedirect(response: Response): boolean {
  return response.type === 'opaqueredirect' || REDIRECTS.has(response.status);
}

function redirectTarget(response: Response, base: string): string | undefined {
  const location = response.headers.get('location');
  return location !== null && URL.canParse(location, base) ? new URL(location, base).href : undefined;
}

function mayFollow(method: string | undefined, from: string, to: string): boolean {
  return (method === undefined || method === 'GET' || method === 'HEAD') && new URL(from).origin === new URL(to).origin;
}
