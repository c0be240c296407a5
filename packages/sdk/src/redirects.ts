/**
 * The one place that sends a request of this library to a server.
 *
 * A fetch follows redirects by itself, and takes the headers and (for 307 and 308) the body along: `Authorization` stays behind when the
 * origin changes, `X-Auth-Token` and a password in the body do not. So a process that can answer for the server once, or a misconfigured proxy,
 * would get them. Therefore a redirect is an error that names the new address, for calls, logins, discovery, lists and streams alike.
 * One exception: a GET that stays at the same scheme, host and port is followed, since Pecan, under upstream's API, answers `/v1` with `/v1/`.
 */
import { RedirectError } from './errors.js';

export type Fetch = (request: Request) => Promise<Response>;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_HOPS = 5;

/** Sends one request; throws RedirectError in place of following elsewhere. */
export async function ask(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  let address = url;
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(new Request(address, { ...init, redirect: 'manual' }));
    if (!isRedirect(response)) return response;
    await response.body?.cancel();
    const target = targetOf(response, address);
    if (target === undefined || hops === MOST_HOPS || !mayFollow(init.method, address, target))
      throw new RedirectError(address, target);
    address = target;
  }
}

/** Browsers hide where a redirect leads behind a status of 0. */
function isRedirect(response: Response): boolean {
  return response.type === 'opaqueredirect' || REDIRECTS.has(response.status);
}

function targetOf(response: Response, base: string): string | undefined {
  const location = response.headers.get('location');
  return location !== null && URL.canParse(location, base) ? new URL(location, base).href : undefined;
}

function mayFollow(method: string | undefined, from: string, to: string): boolean {
  return (method === undefined || method === 'GET' || method === 'HEAD') && new URL(from).origin === new URL(to).origin;
}
