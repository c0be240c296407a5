import type { FrontRoom, Readiness } from '@magnum-ts/core';

/** `/livez`: the process runs. `/readyz` and `/healthcheck`: it can do its work; 503 with the parts that are missing. No token, no version. */
export function healthRoom(ready: () => Promise<Readiness>, required: readonly string[]): FrontRoom {
  return {
    under: ['/livez', '/readyz', '/healthcheck'],
    handle: async (request) => {
      const path = new URL(request.url).pathname;
      if (path === '/livez') return new Response('ok\n', { headers: { 'Content-Type': 'text/plain' } });
      if (path !== '/readyz' && path !== '/healthcheck') return undefined;
      const parts = await ready();
      const ok = required.every((name) => parts[name]?.ok === true);
      return Response.json(
        { status: ok ? 'ready' : 'not ready', parts },
        { status: ok ? 200 : 503, headers: ok ? {} : { 'Retry-After': '5' } },
      );
    },
  };
}
