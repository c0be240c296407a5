import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../main.js';
import { type Io } from '../io.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly requests: readonly { readonly line: string; readonly body: unknown }[];
}

export type Answers = (method: string, path: string, url: URL, request: Request) => Response | undefined;

export interface Setting extends Partial<Omit<Io, 'fetch' | 'out' | 'err'>> {
  readonly answers?: Answers;
  /** Awaited before each answer, for a service that is late. */
  readonly wait?: (path: string) => Promise<undefined>;
}

/** Runs a command line against a service that is a function. */
export async function magnum(line: string | readonly string[], setting: Setting = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  const requests: { line: string; body: unknown }[] = [];
  const io: Io = {
    env: { MAGNUM_ENDPOINT: 'http://magnum.test/v1', OS_TOKEN: 'secret-token' },
    outIsTty: false,
    errIsTty: false,
    inIsTty: false,
    ask: async () => undefined,
    readStdin: async () => '',
    readFile: async (path) => readFileSync(path, 'utf8'),
    signal: new AbortController().signal,
    ...setting,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    fetch: async (request) => {
      const url = new URL(request.url);
      const text = await request.clone().text();
      if (url.pathname !== '/v1')
        requests.push({ line: `${request.method} ${url.pathname}${url.search}`, body: text ? JSON.parse(text) : undefined });
      return (
        (await setting.wait?.(url.pathname)) ??
        setting.answers?.(request.method, url.pathname, url, request) ??
        aMagnum(request.method, url.pathname, url, request) ??
        failing(404, 'Not found.')
      );
    },
  };
  const code = await main(typeof line === 'string' ? line.split(' ') : line, io);
  return { code, out, err, requests };
}

export function failing(status: number, detail: string): Response {
  const error = { request_id: '', code: 'client', status, title: detail, detail, links: [] };
  return Response.json({ errors: [error] }, { status, headers: { 'x-openstack-request-id': 'req-7' } });
}

export const BAY = {
  uuid: 'u-1',
  name: 'my-bay',
  baymodel_id: 'm-1',
  node_count: 2,
  master_count: 1,
  status: 'CREATE_COMPLETE',
  status_reason: null,
  api_address: 'https://192.0.2.7:2376',
  labels: { a: 'b' },
  node_addresses: ['192.0.2.8', '192.0.2.9'],
  links: [{ href: 'http://x', rel: 'self' }],
};
export const EVENTS = [
  {
    id: 1,
    at: '2026-01-01T00:00:00+00:00',
    kind: 'accepted',
    source: 'magnum',
    resource: '',
    resource_type: null,
    resource_id: 'u-1',
    status: 'CREATE_IN_PROGRESS',
    reason: null,
  },
  {
    id: 2,
    at: '2026-01-01T00:00:01+00:00',
    kind: 'stack',
    source: 'stack',
    resource: 'worker-7f3a/server',
    resource_type: 'OS::Nova::Server',
    resource_id: 's-1',
    status: 'CREATE_COMPLETE',
    reason: null,
  },
];

/** The files of a client whose key stays with the caller. */
export const CLIENT_CONFIG = {
  name: 'my-bay',
  coe: 'swarm',
  api_address: 'tcp://192.0.2.7:2376',
  expires_at: '2026-01-02T00:00:00+00:00',
  key_placeholder: 'THE-KEY',
  files: { 'ca.pem': 'CA PEM\n', 'cert.pem': 'SIGNED PEM\n', 'key.pem': 'THE-KEY' },
  environment: { DOCKER_HOST: 'tcp://192.0.2.7:2376', DOCKER_TLS_VERIFY: '1' },
  places: { DOCKER_CERT_PATH: '' },
};

export const aMagnum: Answers = (method, path, url) => {
  const after = Number(url.searchParams.get('after') ?? 0);
  const routes: Record<string, () => Response> = {
    'GET /v1': () => Response.json({}, { headers: { 'openstack-api-maximum-version': 'container-infra 1.14' } }),
    'GET /v1/bays': () =>
      Response.json({ bays: [BAY, { ...BAY, uuid: 'u-2', name: 'evil\u001b[2J\nbay', status: 'CREATE_FAILED' }] }),
    'POST /v1/bays': () => Response.json({ uuid: 'u-1' }, { status: 202 }),
    'GET /v1/bays/u-1': () => Response.json(BAY),
    'GET /v1/bays/my-bay': () => Response.json(BAY),
    'GET /v1/bays/my-bay/config': () => (url.searchParams.has('csr') ? Response.json(CLIENT_CONFIG) : failing(400, 'No csr.')),
    'PATCH /v1/bays/my-bay': () => Response.json({ uuid: 'u-1' }, { status: 202 }),
    'DELETE /v1/bays/my-bay': () => new Response(null, { status: 204 }),
    'GET /v1/bays/u-1/events': () => Response.json({ events: EVENTS.filter(({ id }) => id > after) }),
    'GET /v1/bays/my-bay/events': () => Response.json({ events: EVENTS.filter(({ id }) => id > after) }),
    'POST /v1/clusters': () => Response.json({ uuid: 'u-1' }, { status: 202 }),
    'GET /v1/clusters/u-1': () => Response.json(BAY),
    'GET /v1/clusters/u-1/events': () => Response.json({ events: EVENTS.filter(({ id }) => id > after) }),
    'GET /v1/baymodels/m-1': () => Response.json({ uuid: 'm-1', name: 'swarm', coe: 'swarm', tls_disabled: false }),
    'GET /v1/certificates/u-1': () => Response.json({ pem: 'CA PEM\n' }),
    'POST /v1/certificates': () => Response.json({ pem: 'SIGNED PEM\n' }, { status: 201 }),
    'PATCH /v1/baymodels/swarm': () => Response.json({ uuid: 'm-1', name: 'swarm' }),
    'POST /v1/containers': () => Response.json({ uuid: 'c-1', name: 'web' }, { status: 201 }),
    'PUT /v1/containers/web/start': () => Response.json(null),
    'GET /v1/containers/web/logs': () => Response.json({ output: 'hello\n' }),
    'PUT /v1/containers/web/execute': () => Response.json({ output: url.searchParams.get('command') }),
    'POST /v1/bays/my-bay/images': () => Response.json({ nodes: ['master-1', 'worker-7f3a'] }),
  };
  return routes[`${method} ${path}`]?.();
};

export function aFolder(): string {
  return mkdtempSync(join(tmpdir(), 'magnum-cli-'));
}
