import type { HttpLibrary, RequestContext } from '@kubernetes/client-node';
import type { AddressGuard } from '../../../http/address-guard.js';
import { collect, exchange, type Bounds, type Question } from '../../../http/bounded-http.js';

/** The client library's transport, within the bounds. It requests no compressed answers and follows no redirection. */
export async function transportWithin(guard: AddressGuard, bounds: Bounds): Promise<HttpLibrary> {
  const { ResponseContext, wrapHttpLibrary } = await import('@kubernetes/client-node');
  return wrapHttpLibrary({
    send: async (request) => {
      const { status, headers, body } = await exchange({ ...questionOf(request), guard }, bounds);
      const bytes = await collect(body);
      const named = Object.fromEntries(Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]));
      return new ResponseContext(status, named, {
        text: async () => bytes.toString(),
        binary: async () => bytes,
      });
    },
  });
}

function questionOf(request: RequestContext): Omit<Question, 'guard'> {
  const { protocol, hostname, port, pathname, search } = new URL(request.getUrl());
  const body = request.getBody();
  const [agent, headers] = [request.getAgent(), request.getHeaders()];
  const options = {
    method: request.getHttpMethod(),
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    headers,
  };
  return {
    secure: protocol === 'https:',
    options: agent ? { ...options, agent } : options,
    body: typeof body === 'string' ? body : undefined,
  };
}
