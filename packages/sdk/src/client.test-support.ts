import { createMagnum, type Bay, type Magnum, type MagnumOptions, type Runtime } from './index.js';

export type Handler = (request: Request, url: URL) => Response | Promise<Response>;

export interface TestClient {
  readonly magnum: Magnum;
  readonly requests: Request[];
  readonly slept: number[];
}

/** A client whose server is the function `handler`. Its clock moves only when it sleeps, which takes no time. */
export function aTestClient(handler: Handler, options: Partial<MagnumOptions> = {}): TestClient {
  const requests: Request[] = [];
  const slept: number[] = [];
  let now = 0;
  let ids = 0;
  const runtime: Runtime = {
    now: () => now,
    random: () => 1,
    uuid: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
  const fetch = async (request: Request): Promise<Response> => {
    request.signal.throwIfAborted();
    requests.push(request.clone());
    return handler(request, new URL(request.url));
  };
  const base = { endpoint: 'http://magnum.test/v1', token: 'secret-token', microversion: '1.14', fetch, runtime };
  return { magnum: createMagnum({ ...base, ...options } as MagnumOptions), requests, slept }; // a base with a token, overridden in part
}

export function failing(status: number, headers: Record<string, string> = {}): Response {
  const error = {
    request_id: '',
    code: 'client',
    status,
    title: 'Bay x could not be found',
    detail: 'Bay x could not be found. Look again.',
    links: [],
  };
  return Response.json({ errors: [error] }, { status, headers });
}

export function aBay(changes: Partial<Bay> = {}): Partial<Bay> {
  return { uuid: 'b1', name: 'my-bay', status: 'CREATE_COMPLETE', status_reason: null, ...changes };
}
