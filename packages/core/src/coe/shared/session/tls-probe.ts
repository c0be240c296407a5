import { connect, type TLSSocket } from 'node:tls';
import type { ConnectInput, TlsPort, TlsProbe, TlsProbeResult } from '../../../ports/bay-driver.js';
import { guardedLookup, requireAllowedLiteral } from '../../../http/address-guard.js';

const ANSWER_WITHIN = 5_000;

/** Ports that a driver names, and a harmless request that whatever listens there always answers. */
export interface TlsProbing {
  readonly ports: readonly TlsPort[];
  /** Bytes of the request, sent after the handshake. */
  readonly request: string;
}

/** Connects to each port of every node of its roles, with this session's certificates. An engine without TLS has nothing to refuse. */
export async function probeNodes(
  input: ConnectInput,
  { ports, request }: TlsProbing,
  signal: AbortSignal,
): Promise<readonly TlsProbe[]> {
  const places = ports.flatMap(({ port, roles }) =>
    input.nodes.filter(({ role }) => roles.includes(role)).map((node) => ({ ...node, port })),
  );
  return Promise.all(
    places.map(async ({ name, address, port }) => {
      await requireAllowedLiteral(input.guard, address);
      return { node: name, port, result: await probeTls(connectTo(input, address, port), request, signal) };
    }),
  );
}

function connectTo({ endpoint, guard }: ConnectInput, host: string, port: number): () => TLSSocket {
  const { ca, clientCertificate: cert, clientKey } = endpoint;
  return () => connect({ lookup: guardedLookup(guard), host, port, ca, cert, key: clientKey.reveal() });
}

function probeTls(open: () => TLSSocket, request: string, signal: AbortSignal): Promise<TlsProbeResult> {
  signal.throwIfAborted();
  const socket = open();
  return new Promise((done) => {
    const end = (result: TlsProbeResult): void => {
      socket.destroy();
      done(result);
    };
    // A refusal may follow the handshake: in TLS 1.3 the server judges the client's certificate after the client has finished.
    socket.once('secureConnect', () => socket.write(request));
    socket.once('data', () => end('admitted'));
    socket.on('error', (error) => end(isRefusal(error) ? 'refused' : 'unreachable'));
    socket.once('close', () => end('unreachable'));
    // The socket's own timeout would begin anew with each byte that a slow node sends.
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
  // Alerts of the node, as OpenSSL names them.
  /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|DECRYPT_ERROR)/,
  // Verdicts of this process about the node's certificate.
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_)/,
];

function isRefusal(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REFUSALS.some((refusal) => refusal.test(code));
}
