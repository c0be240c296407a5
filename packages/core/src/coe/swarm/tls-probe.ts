import { connect, type TLSSocket } from 'node:tls';
import type { TlsProbeResult, ConnectInput } from '../../ports/bay-driver.js';
import { guardedLookup, requireAllowedLiteral } from '../../http/address-guard.js';
import { apiPortOf } from './docker-nodes.js';

const ANSWER_WITHIN = 5_000;
const PING = 'GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n';

/** Knocks at every node's engine with this session's certificates. Where there is no TLS, there is nothing to refuse. */
export async function probeNodes(input: ConnectInput, signal: AbortSignal): Promise<ReadonlyMap<string, TlsProbeResult>> {
  const knocks = input.nodes.map(async ({ name, address }) => {
    await requireAllowedLiteral(input.guard, address);
    return [name, await probeTls(input, address, signal)] as const;
  });
  return new Map(await Promise.all(knocks));
}

function probeTls(input: ConnectInput, host: string, signal: AbortSignal): Promise<TlsProbeResult> {
  signal.throwIfAborted();
  const { endpoint } = input;
  const socket = connect({
    lookup: guardedLookup(input.guard),
    host,
    port: apiPortOf(input),
    ca: endpoint.ca,
    cert: endpoint.clientCertificate,
    key: endpoint.clientKey.reveal(),
  });
  return new Promise((done) => {
    const end = (admission: TlsProbeResult): void => {
      socket.destroy();
      done(admission);
    };
    // A refusal may come after the handshake: in TLS 1.3 the client's certificate is judged when the client is done.
    socket.once('secureConnect', () => socket.write(PING));
    socket.once('data', () => end('admitted'));
    socket.on('error', (error) => end(isRefusal(error) ? 'refused' : 'unreachable'));
    socket.once('close', () => end('unreachable'));
    // Not the socket's own: that one begins anew with each byte that a slow node sends.
    const late = setTimeout(() => end('unreachable'), ANSWER_WITHIN);
    socket.once('close', () => clearTimeout(late));
    endOnAbort(socket, signal);
  });
}

function endOnAbort(socket: TLSSocket, signal: AbortSignal): void {
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', abort));
}

const REFUSALS: readonly RegExp[] = [
  // The other side's alerts, as OpenSSL names them.
  /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|DECRYPT_ERROR)/,
  // This side's own verdicts.
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_)/,
];

function isRefusal(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REFUSALS.some((refusal) => refusal.test(code));
}
