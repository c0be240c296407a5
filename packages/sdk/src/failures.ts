/**
 * What a failed request means.
 *
 * `fetch` reports every failure as "fetch failed" and keeps the reason in a chain of causes. Two questions matter to a caller: why it failed, and
 * whether the request may have been carried out. Both are answered here, for calls and logins alike. What must stay true: a request counts as
 * never sent only for errors that arise before the first byte of it leaves; for every other failure of a call that is not safe to repeat, also
 * in an earlier attempt, the error says that it may have been carried out.
 */
import { ConnectionError, MagnumError, TimeoutError, type ConnectionCode } from './errors.js';

/** What is known of one call over all its attempts. */
export interface Trace {
  readonly method: string;
  /** Empty where none is sent: to Keystone. */
  readonly requestId: string;
  /** An attempt may have been carried out, and the call is not safe to repeat. */
  isUncertain: boolean;
}

const SAFE = new Set(['GET', 'HEAD', 'DELETE']);
/** A gateway that gives up says nothing of what the service did. */
const GATEWAY_FAILED = new Set([502, 504]);

export function startTrace(method: string, requestId: string): Trace {
  return { method, requestId, isUncertain: false };
}

/** Notes that an attempt begins, which may reach the service. */
export function noteSent(trace: Trace): void {
  if (!SAFE.has(trace.method)) trace.isUncertain = true;
}

/** Notes the status of an answer: after that of a gateway the outcome is unknown. */
export function noteAnswer(trace: Trace, status: number): void {
  if (GATEWAY_FAILED.has(status)) noteSent(trace);
}

/** True for failures before the request left: its outcome is that of the attempts before it. */
export function wasNeverSent(cause: unknown): boolean {
  if (cause instanceof MagnumError) return !(cause instanceof TimeoutError);
  return reasonFor(cause).wasSent === false;
}

/** The failure of one attempt as a MagnumError; `url` is the address that was asked, and `who` begins its name. */
export function explainFailure(cause: unknown, url: string, trace: Trace, who = ''): MagnumError {
  if (cause instanceof TimeoutError) return explainTimeout(cause, trace);
  if (cause instanceof MagnumError) return cause;
  const { code, words, wasSent } = reasonFor(cause);
  const place = `${who}${new URL(url).origin}`;
  const what = {
    yes: `The answer to ${trace.method} ${url} was lost`,
    no: `${place} cannot be reached`,
    unknown: `${place} cannot be reached, or its answer was lost`,
  }[wasSent === undefined ? 'unknown' : wasSent ? 'yes' : 'no'];
  return new ConnectionError(`${what}: ${words}${warningOf(trace)}`, { code, cause, ...contextOf(trace) });
}

/** Adds to a timeout what is known of its call. */
export function explainTimeout(error: TimeoutError, trace: Trace): TimeoutError {
  if (error.requestId !== undefined) return error;
  return new TimeoutError(`${error.message}${warningOf(trace)}`, { cause: error.cause, ...contextOf(trace) });
}

export function contextOf(trace: Trace): { readonly requestId: string | undefined; readonly mayHaveBeenCarriedOut: boolean } {
  return { requestId: trace.requestId || undefined, mayHaveBeenCarriedOut: trace.isUncertain };
}

export function warningOf(trace: Trace): string {
  return trace.isUncertain ? '; it may have been carried out' : '';
}

export interface Reason {
  readonly code: ConnectionCode;
  /** `connection refused` */
  readonly words: string;
  /** Undefined where it is unknown, as in browsers, which give no reason. */
  readonly wasSent: boolean | undefined;
}

const CA_REMEDY =
  'give the certificate of its authority as a file in PEM: OS_CACERT (cacert in clouds.yaml), or NODE_EXTRA_CA_CERTS for all of Node';
const CLIENT_REMEDY = 'give a client certificate that it accepts: OS_CERT and OS_KEY (cert and key in clouds.yaml)';
/** The alerts of TLS by which a server refuses the client's certificate, or that there is none (RFC 8446, 6.2). */
const CLIENT_ALERTS = new Set([42, 43, 44, 45, 46, 48, 49, 116]);
const HANDSHAKE_FAILURE = 40;

/** The errors of Node and OpenSSL, by their codes. */
const REASONS: Readonly<Record<string, readonly [code: ConnectionCode, words: string]>> = {
  ECONNREFUSED: ['connection-refused', 'connection refused'],
  ENOTFOUND: ['host-not-found', 'its host name is unknown'],
  EAI_AGAIN: ['host-not-found', 'its host name cannot be looked up at the moment'],
  EHOSTUNREACH: ['host-unreachable', 'no route to the host'],
  ENETUNREACH: ['host-unreachable', 'no route to the network'],
  UND_ERR_CONNECT_TIMEOUT: ['host-unreachable', 'no connection was made in time'],
  ECONNRESET: ['connection-lost', 'the connection was reset'],
  EPIPE: ['connection-lost', 'the connection was closed'],
  UND_ERR_SOCKET: ['connection-lost', 'the connection was closed'],
  UND_ERR_HEADERS_TIMEOUT: ['connection-lost', 'no answer came in time'],
  UND_ERR_BODY_TIMEOUT: ['connection-lost', 'the answer stopped half-way'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate-refused', `self-signed certificate; ${CA_REMEDY}`],
  SELF_SIGNED_CERT_IN_CHAIN: ['certificate-refused', `self-signed certificate in its chain; ${CA_REMEDY}`],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['certificate-refused', `certificate of an unknown authority; ${CA_REMEDY}`],
  UNABLE_TO_GET_ISSUER_CERT: ['certificate-refused', `certificate of an unknown authority; ${CA_REMEDY}`],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['certificate-refused', `certificate of an unknown authority; ${CA_REMEDY}`],
  CERT_HAS_EXPIRED: ['certificate-refused', 'its certificate has expired'],
  CERT_NOT_YET_VALID: ['certificate-refused', 'its certificate is not valid yet; compare the clocks'],
  CERT_REVOKED: ['certificate-refused', 'its certificate was revoked'],
  CERT_SIGNATURE_FAILURE: ['certificate-refused', `its certificate was signed by another key than its authority's; ${CA_REMEDY}`],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate-refused', 'its certificate is for another host name'],
};

/** Reads a chain of causes. */
export function reasonFor(error: unknown): Reason {
  const chain = [...causesOf(error)];
  for (const cause of chain) {
    const code = 'code' in cause ? String(cause.code) : '';
    const known = REASONS[code];
    if (known) return { code: known[0], words: known[1], wasSent: known[0] === 'connection-lost' };
    if (code === 'ETIMEDOUT') {
      const wasSent = !(cause instanceof AggregateError || Reflect.get(cause, 'syscall') === 'connect');
      return { code: wasSent ? 'connection-lost' : 'host-unreachable', words: 'the connection timed out', wasSent };
    }
    if (/^ERR_SSL_|^EPROTO$|^ERR_TLS_/.test(code)) return reasonOfTls(cause.message);
    if (code.startsWith('HPE_'))
      return { code: 'connection-lost', words: 'it does not answer in HTTP; is its address https://?', wasSent: true };
  }
  const last = chain.at(-1)?.message;
  if (last === 'terminated' || chain[0]?.message === 'terminated')
    return { code: 'connection-lost', words: 'the connection was closed', wasSent: true };
  return { code: 'connection-failed', words: last || 'no reason was given', wasSent: undefined };
}

/** OpenSSL names the alert of the server at the end of its message. An alert ends a connection before the server reads a request. */
function reasonOfTls(message: string): Reason {
  const alert = Number(/SSL alert number (\d+)/.exec(message)?.[1]);
  if (CLIENT_ALERTS.has(alert))
    return { code: 'client-certificate-refused', words: `it refuses the client's certificate; ${CLIENT_REMEDY}`, wasSent: false };
  if (alert === HANDSHAKE_FAILURE)
    return {
      code: 'tls-failed',
      words: `it refuses the TLS handshake; does it ask for a client certificate? If so, ${CLIENT_REMEDY}`,
      wasSent: false,
    };
  return { code: 'tls-failed', words: 'it does not speak TLS as this client does; is its address http://?', wasSent: false };
}

function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1) yield cause;
}
