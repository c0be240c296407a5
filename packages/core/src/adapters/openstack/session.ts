import createClient, { type Client } from 'openapi-fetch';
import type { paths as Compute } from '@magnum-ts/openapi/openstack/compute';
import type { paths as IdentityPaths } from '@magnum-ts/openapi/openstack/identity';
import type { paths as ImagePaths } from '@magnum-ts/openapi/openstack/image';
import type { paths as KeyManager } from '@magnum-ts/openapi/openstack/key-manager';
import type { paths as LoadBalancer } from '@magnum-ts/openapi/openstack/load-balancer';
import type { paths as Network } from '@magnum-ts/openapi/openstack/network';
import type { paths as Orchestration } from '@magnum-ts/openapi/openstack/orchestration';
import type { paths as Volume } from '@magnum-ts/openapi/openstack/volume';
import { underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Random } from '../../ports/random.js';
import type { TokenSource } from './auth.js';
import { endpointIn, NEIGHBOURS, originOf, type EndpointChoice, type Neighbour } from './catalog.js';
import { failureOf, isUsable, retryAfterOf, silenceOf, UnusableAnswerError, wasNeverSent, type Asked } from './failures.js';
import { OversizedAnswerError, type Wire, type WireReply, type WireRequest } from './wire.js';

export interface SessionDeps {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Keystone's address without `/v3`: the one service that is known before the catalog. */
  readonly keystone: string;
  /** The service's own account: its token carries the catalog, also for calls under another token. */
  readonly service: TokenSource;
  /** Region and interface, per neighbour. */
  readonly choice: (neighbour: Neighbour) => EndpointChoice;
}

/** Typed calls to the neighbours under one token. Errors: `cloud-…`, `not-found`, `conflict`, in the neighbour's words. */
export interface Session {
  readonly identity: Client<IdentityPaths>;
  readonly orchestration: Client<Orchestration>;
  readonly compute: Client<Compute>;
  readonly image: Client<ImagePaths>;
  readonly network: Client<Network>;
  readonly volume: Client<Volume>;
  readonly loadBalancer: Client<LoadBalancer>;
  readonly keyManager: Client<KeyManager>;
  /** Whether the catalog has the service. */
  has(neighbour: Neighbour, signal: AbortSignal): Promise<boolean>;
}

const PLACEHOLDER = 'http://neighbour.invalid';
/** One exchange; an operation that takes longer is one that Heat does by itself. */
const DEADLINE_MS = 30_000;
const PAUSES_MS = [200, 800];
const LONGEST_PAUSE_MS = 5_000;
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
const PASSES = new Set([429, 502, 503, 504]);

export function openSession(deps: SessionDeps, auth: TokenSource = deps.service): Session {
  const client = <Paths extends object>(neighbour: Neighbour): Client<Paths> =>
    createClient<Paths>({
      baseUrl: PLACEHOLDER,
      querySerializer: { array: { style: 'form', explode: true } },
      fetch: (request) => deliver(deps, auth, neighbour, request),
    });
  return {
    identity: client<IdentityPaths>('identity'),
    orchestration: client<Orchestration>('orchestration'),
    compute: client<Compute>('compute'),
    image: client<ImagePaths>('image'),
    network: client<Network>('network'),
    volume: client<Volume>('volume'),
    loadBalancer: client<LoadBalancer>('load-balancer'),
    keyManager: client<KeyManager>('key-manager'),
    has: async (neighbour, signal) => (await addressOf(deps, neighbour, signal)) !== undefined,
  };
}

/** The public address of a service, as it stands in the catalog: nodes and users get it. */
export async function publicAddress(deps: SessionDeps, neighbour: Neighbour, signal: AbortSignal): Promise<string | undefined> {
  const { document } = await deps.service.token(false, signal);
  return endpointIn(document.catalog ?? [], neighbour, { ...deps.choice(neighbour), interface: 'public' });
}

async function addressOf(deps: SessionDeps, neighbour: Neighbour, signal: AbortSignal): Promise<string | undefined> {
  if (neighbour === 'identity') return deps.keystone;
  const { document } = await deps.service.token(false, signal);
  const url = endpointIn(document.catalog ?? [], neighbour, deps.choice(neighbour));
  return url === undefined ? undefined : originOf(url);
}

async function deliver(deps: SessionDeps, auth: TokenSource, neighbour: Neighbour, request: Request): Promise<Response> {
  const { name } = NEIGHBOURS[neighbour];
  const path = request.url.slice(PLACEHOLDER.length);
  const asked: Asked = { neighbour: name, call: `${request.method} ${path.split('?')[0] ?? ''}` };
  const origin = await addressOf(deps, neighbour, request.signal);
  if (origin === undefined) {
    throw new DomainError(
      'cloud-refused',
      `${name} is not in the catalog of this cloud: its region or interface may be set wrong.`,
    );
  }
  const body = request.body === null ? undefined : await request.text();
  const exchange: Exchange = {
    neighbour,
    auth,
    asked,
    caller: request,
    method: request.method,
    url: `${origin}${path}`,
    body,
    headers: headersIn(request),
  };
  const reply = await sendWithFreshToken(deps, exchange);
  if (reply.status >= 400) throw failureOf(asked, reply);
  const hasBody = reply.text !== '' && reply.status !== 204;
  return new Response(hasBody ? reply.text : null, { status: reply.status, headers: Object.fromEntries(reply.headers) });
}

interface Exchange {
  readonly neighbour: Neighbour;
  readonly auth: TokenSource;
  readonly asked: Asked;
  /** The caller's own signal: the one of a Request no longer follows it once the Request is collected. */
  readonly caller: { readonly signal: AbortSignal };
  readonly method: string;
  readonly url: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that are particular to one call. */
function headersIn(request: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['x-subject-token', 'accept'].flatMap((name) => {
      const value = request.headers.get(name);
      return value === null || value === '*/*' ? [] : [[name, value]];
    }),
  );
}

/** A token that was refused is replaced once: it may have been revoked, or Keystone's keys were changed. */
async function sendWithFreshToken(deps: SessionDeps, exchange: Exchange): Promise<WireReply> {
  const first = await sendWithRetries(deps, exchange, false);
  return first.status === 401 ? sendWithRetries(deps, exchange, true) : first;
}

/** Calls that may be repeated are retried while the neighbour is silent or answers that it is busy, after the time that it gives. */
async function sendWithRetries(deps: SessionDeps, exchange: Exchange, renew: boolean): Promise<WireReply> {
  const { secret } = await exchange.auth.token(renew, exchange.caller.signal);
  for (let attempt = 0; ; attempt += 1) {
    const request = wireRequest(deps, exchange, secret.reveal());
    const pause = PAUSES_MS[attempt];
    const repeatable = REPEATABLE.has(exchange.method);
    try {
      const reply = await once(deps, exchange, request);
      if (reply.status < 400 && !exchange.headers['accept'] && !isUsable(reply)) throw new UnusableAnswerError();
      if (pause === undefined || !repeatable || !PASSES.has(reply.status)) return reply;
      await deps.clock.sleep(Math.min(LONGEST_PAUSE_MS, (retryAfterOf(reply) ?? 0) * 1_000 || pause), exchange.caller.signal);
    } catch (cause) {
      exchange.caller.signal.throwIfAborted();
      // An answer without an end would come again, and each is read up to its bound.
      const endless = cause instanceof OversizedAnswerError;
      if (pause === undefined || endless || !(repeatable || wasNeverSent(cause))) throw silenceOf(exchange.asked, cause);
      await deps.clock.sleep(pause, exchange.caller.signal);
    }
  }
}

async function once(deps: SessionDeps, exchange: Exchange, request: WireRequest): Promise<WireReply> {
  const started = deps.clock.now().getTime();
  const { signal } = exchange.caller;
  const reply = await underDeadline({ milliseconds: DEADLINE_MS, signal }, (timely) => deps.wire(request, timely));
  deps.logger.debug('neighbour called', {
    neighbour: exchange.asked.neighbour,
    call: exchange.asked.call,
    status: reply.status,
    globalRequestId: request.headers['x-openstack-request-id'],
    neighbourRequestId: reply.headers.get('x-openstack-request-id'),
    milliseconds: deps.clock.now().getTime() - started,
  });
  return reply;
}

function wireRequest(deps: SessionDeps, exchange: Exchange, token: string): WireRequest {
  return {
    method: exchange.method,
    url: exchange.url,
    body: exchange.body,
    neighbour: exchange.neighbour,
    headers: {
      accept: 'application/json',
      'user-agent': 'magnum-ts',
      'x-auth-token': token,
      // Neighbours log it as the global request id.
      'x-openstack-request-id': `req-${deps.random.uuid()}`,
      ...(exchange.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...exchange.headers,
    },
  };
}

/**
 * The answer's body. Refusals have been thrown by the session, so what is left is a success of the declared type. Error: `cloud-unavailable` for
 * one without a body, or with a body that ends like JSON and is none.
 */
export async function dataOf<T>(call: Promise<{ readonly data?: T; readonly response?: Response }>): Promise<NonNullable<T>> {
  const { data } = await call.catch((error: unknown) => {
    if (error instanceof SyntaxError) throw silenceOf(SOME_SERVICE, new UnusableAnswerError());
    throw error;
  });
  if (data === undefined || data === null) throw silenceOf(SOME_SERVICE, new UnusableAnswerError());
  return data;
}

/** What is known of a call where only its answer is at hand. */
const SOME_SERVICE: Asked = { neighbour: 'A service of the cloud', call: 'a request' };
