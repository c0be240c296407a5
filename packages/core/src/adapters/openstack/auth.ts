import type { components } from '@magnum-ts/openapi/openstack/identity';
import { underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import { failureOf, silenceOf, UnusableAnswerError } from './failures.js';
import type { Wire, WireReply } from './wire.js';

export type TokenDocument = components['schemas']['Token'];

/** Where tokens come from. `renew` asks for a new one although the known one looks good: a service has refused it. */
export interface TokenSource {
  token(renew: boolean, signal: AbortSignal): Promise<IssuedToken>;
}

export interface IssuedToken {
  readonly secret: Secret;
  readonly document: TokenDocument;
}

export interface PasswordLogin {
  /** Keystone's address without `/v3`. */
  readonly keystone: string;
  readonly user: { readonly id: string } | { readonly name: string; readonly domain: Reference };
  readonly password: () => Promise<Secret>;
  readonly scope: Scope | undefined;
  /** How people know this account, for the sentence of a refusal. */
  readonly as: string;
  /** What a refused login means for the caller: a service user that is refused is the operator's matter and may pass. */
  readonly refusedAs: 'cloud-unavailable' | 'cloud-refused';
}

export type Reference = { readonly id: string } | { readonly name: string };
export type Scope =
  | { readonly project: { readonly id: string } | { readonly name: string; readonly domain: Reference } }
  | { readonly domain: Reference }
  | { readonly trust: string };

export interface AuthDeps {
  readonly wire: Wire;
  readonly clock: Clock;
}

const DEADLINE_MS = 20_000;
/** A token that is about to end may end on its way; short-lived ones are used for nine tenths of their time. */
const MARGIN_MS = 120_000;

/** Logs in with a password when needed; concurrent callers share one login. */
export function passwordLogin(deps: AuthDeps, login: PasswordLogin): TokenSource {
  let known: { readonly issued: IssuedToken; readonly until: number } | undefined;
  let underWay: Promise<IssuedToken> | undefined;
  const ask = async (): Promise<IssuedToken> => {
    const started = deps.clock.now().getTime();
    const issued = await logIn(deps, login);
    const lifetime = new Date(issued.document.expires_at).getTime() - started;
    known = { issued, until: started + lifetime - Math.min(MARGIN_MS, lifetime / 10) };
    return issued;
  };
  return {
    token: async (renew, signal) => {
      signal.throwIfAborted();
      if (known && !renew && deps.clock.now().getTime() < known.until) return known.issued;
      known = undefined;
      // The first caller's going away must not end the others' login: it has its own deadline.
      underWay ??= ask().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

async function logIn(deps: AuthDeps, login: PasswordLogin): Promise<IssuedToken> {
  const asked = { neighbour: 'Keystone', call: 'POST /v3/auth/tokens' };
  const request = {
    method: 'POST',
    url: `${login.keystone}/v3/auth/tokens`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(await bodyOf(login)),
  };
  let reply: WireReply;
  try {
    reply = await underDeadline({ milliseconds: DEADLINE_MS }, (signal) => deps.wire(request, signal));
  } catch (cause) {
    throw silenceOf(asked, cause);
  }
  const token = reply.headers.get('x-subject-token');
  if (reply.status < 400) {
    const document = documentIn(reply.text);
    if (!token || !document) throw silenceOf(asked, new UnusableAnswerError());
    return { secret: new Secret(token), document };
  }
  const failure = failureOf(asked, reply);
  if (reply.status >= 500 || reply.status === 429) throw failure;
  throw new DomainError(login.refusedAs, { message: `${failure.message} when logging in as ${login.as}.`, cause: failure });
}

/** Keystone's document; undefined where another program has answered. */
function documentIn(text: string): TokenDocument | undefined {
  try {
    const { token }: Partial<components['schemas']['TokenDocument']> = Object(JSON.parse(text));
    return token;
  } catch {
    return undefined;
  }
}

async function bodyOf(login: PasswordLogin): Promise<components['schemas']['AuthRequest']> {
  const password = (await login.password()).reveal();
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { ...login.user, password } } },
      ...(login.scope === undefined ? {} : { scope: scopeOf(login.scope) }),
    },
  };
}

function scopeOf(scope: Scope): NonNullable<components['schemas']['AuthRequest']['auth']['scope']> {
  return 'trust' in scope ? { 'OS-TRUST:trust': { id: scope.trust } } : scope;
}

/** A token that the caller sent: it cannot be renewed. */
export function fixedToken(secret: Secret): TokenSource {
  const document: TokenDocument = { expires_at: '', methods: [], user: { id: '', name: '', domain: { id: '', name: '' } } };
  return { token: () => Promise.resolve({ secret, document }) };
}
