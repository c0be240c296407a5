/** Reasons of failed connections, by the error codes of Node and OpenSSL. `fetch` keeps them in a chain of causes. */
import type { ConnectionCode } from './errors.js';
import { noReason, type Reason } from './failures.js';

const CA_REMEDY =
  'give the certificate of its authority as a file in PEM: OS_CACERT (cacert in clouds.yaml), or NODE_EXTRA_CA_CERTS for all of Node';
const CLIENT_REMEDY = 'give one that it accepts (OS_CERT and OS_KEY)';
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
  if (chain.some(({ message }) => message === 'terminated'))
    return { code: 'connection-lost', words: 'the connection was closed', wasSent: true };
  return noReason(error);
}

/** OpenSSL names the alert of the server at the end of its message. An alert ends a connection before the server reads a request. */
function reasonOfTls(message: string): Reason {
  const alert = Number(/SSL alert number (\d+)/.exec(message)?.[1]);
  if (CLIENT_ALERTS.has(alert))
    return { code: 'client-certificate-refused', words: `it refuses the client's certificate; ${CLIENT_REMEDY}`, wasSent: false };
  if (alert === HANDSHAKE_FAILURE)
    return {
      code: 'tls-failed',
      words: `it refuses the TLS handshake; if it asks for a client certificate, ${CLIENT_REMEDY}`,
      wasSent: false,
    };
  return { code: 'tls-failed', words: 'it does not speak TLS as this client does; is its address http://?', wasSent: false };
}

function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1) yield cause;
}
