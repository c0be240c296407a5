import { existsSync } from 'node:fs';
import type { Config, Mount, Readiness } from '@magnum-ts/core';

/** `/livez`: the process runs. `/readyz` and `/healthcheck`: it can do its work; 503 with the parts that are missing. No token, no version. */
export function healthRoom(
  ready: () => Promise<Readiness>,
  required: readonly string[],
  isDisabled: () => boolean = () => false,
): Mount {
  return {
    under: ['/livez', '/readyz', '/healthcheck'],
    handle: async (request) => {
      const path = new URL(request.url).pathname;
      if (path === '/livez') return new Response('ok\n', { headers: { 'Content-Type': 'text/plain' } });
      if (path !== '/readyz' && path !== '/healthcheck') return undefined;
      if (isDisabled()) return Response.json({ status: 'disabled by file' }, { status: 503 });
      const parts = await ready();
      const ok = required.every((name) => parts[name]?.ok === true);
      return Response.json(
        { status: ok ? 'ready' : 'not ready', parts },
        { status: ok ? 200 : 503, headers: ok ? {} : { 'Retry-After': '5' } },
      );
    },
  };
}

/** Whether a file of `[healthcheck]` takes the process that listens on this port out of its load balancer. It is looked for each time. */
export function disabledByFile(config: Config, port: number): () => boolean {
  const everywhere = config.sections.healthcheck.disable_by_file_path;
  const here = config.sections.healthcheck.disable_by_file_paths.flatMap((entry) => {
    const [, own = '', path = ''] = /^(\d+):(.+)$/.exec(entry) ?? [];
    return Number(own) === port ? [path] : [];
  });
  const files = [...(everywhere === null ? [] : [everywhere]), ...here];
  return () => files.some((file) => existsSync(file));
}
