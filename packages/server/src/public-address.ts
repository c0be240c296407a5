import type { IncomingHttpHeaders } from 'node:http';

/*
 * The address under which clients know the API stands in links, in `next` of lists and in `Location`. The socket knows only the last
 * part of the way: behind a proxy that ends TLS, a link made of it leads into the open, or nowhere. So the operator's word counts
 * first (`[api] public_url`), then, where all requests come through a proxy, the proxy's (`enable_proxy_headers_parsing`), then the
 * socket's. What a proxy says is believed in each part only where it can stand in a URL.
 */

export interface AddressRule {
  /** Scheme, host, port and path before `/v1`; null where none is set. */
  readonly publicUrl: string | null;
  readonly trustsProxy: boolean;
}

export const SOCKET_ADDRESS: AddressRule = { publicUrl: null, trustsProxy: false };

/** Without a slash at the end and without `/v1`: paths are put behind it. */
export function baseAddress(rule: AddressRule, headers: IncomingHttpHeaders, socketOrigin: string): string {
  if (rule.publicUrl !== null) return rule.publicUrl;
  return rule.trustsProxy ? throughProxy(headers, socketOrigin) : socketOrigin;
}

/** `[api] public_url` as a base address: it may have been written with `/v1`, or with a slash at its end. */
export function publicUrlOf(text: string): string {
  return text.replace(/\/+$/, '').replace(/\/v1$/, '').replace(/\/+$/, '');
}

interface Said {
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly prefix?: string | undefined;
}

const HOST = /^(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const PREFIX = /^(?:\/[\w.~-]+)+\/?$/;

function throughProxy(headers: IncomingHttpHeaders, socketOrigin: string): string {
  const said = headers.forwarded === undefined ? separate(headers) : parseForwarded(headers.forwarded);
  const proto = said.proto?.toLowerCase();
  const own = new URL(socketOrigin);
  const scheme = proto === 'http' || proto === 'https' ? proto : own.protocol.slice(0, -1);
  const host = said.host !== undefined && HOST.test(said.host) ? said.host : own.host;
  const address = `${scheme}://${/^\d{1,5}$/.test(said.port ?? '') ? withPort(host, said.port ?? '') : host}`;
  if (!URL.canParse(address)) return socketOrigin;
  const prefix = said.prefix !== undefined && PREFIX.test(said.prefix) ? said.prefix.replace(/\/+$/, '') : '';
  return `${new URL(address).origin}${prefix}`;
}

/** `X-Forwarded-…`: of several proxies, the one that the client spoke to counts. */
function separate(headers: IncomingHttpHeaders): Said {
  const first = (name: string): string | undefined => {
    const value = headers[name];
    return (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim();
  };
  return {
    proto: first('x-forwarded-proto'),
    host: first('x-forwarded-host'),
    port: first('x-forwarded-port'),
    prefix: first('x-forwarded-prefix'),
  };
}

/** `Forwarded: for=…;proto=https;host=…` (RFC 7239). */
function parseForwarded(header: string): Said {
  const [nearest = ''] = header.split(',');
  const pairs = nearest.split(';').map((pair) => /^\s*(\w+)\s*=\s*"?([^"]*?)"?\s*$/.exec(pair));
  const value = (name: string): string | undefined => pairs.find((pair) => pair?.[1]?.toLowerCase() === name)?.[2];
  return { proto: value('proto'), host: value('host') };
}

function withPort(host: string, port: string): string {
  return /(?:^[\w.-]+|\]):\d+$/.test(host) ? host : `${host}:${port}`;
}
