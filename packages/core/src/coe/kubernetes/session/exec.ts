import type { LookupFunction } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { DomainError } from '../../../domain/errors.js';
import { guardedLookup, requireAllowedLiteral, watchConnection } from '../../../http/address-guard.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { attempt } from './attempt.js';

/** A container of a pod in which a command runs. */
export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecResult {
  /** 0 for success. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** All that a command may print, in bytes: those that run here print some lines. */
const MOST_PRINTED = 262_144;
/** `v4` and `v5` send the exit status as a `Status` object over channel 3; `v5` adds the closing of one channel. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [STDOUT, STDERR, STATUS] = [1, 2, 3];

/**
 * Runs a command in a container (Kubernetes API, `pods/exec`, over a WebSocket). The client library's own `Exec` reads without a limit and
 * parses what it is sent in an event handler, where an engine that is not what it should be would end this process. Errors:
 * `engine-unavailable`, `engine-failed`, also for an answer that is none.
 */
export function execIn(
  input: ConnectInput,
  target: ExecTarget,
  command: readonly string[],
  signal: AbortSignal,
): Promise<ExecResult> {
  const what = `run ${command[0]} in the pod ${target.pod}`;
  return attempt(what, signal, async ({ signal: limited }) => {
    await requireAllowedLiteral(input.guard, new URL(input.endpoint.url).hostname);
    return converse(input, addressOf(input, target, command), what, limited);
  });
}

function addressOf({ endpoint }: ConnectInput, { namespace, pod, container }: ExecTarget, command: readonly string[]): URL {
  const url = new URL(`/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/exec`, endpoint.url);
  url.protocol = 'wss:';
  for (const word of command) url.searchParams.append('command', word);
  for (const [name, value] of Object.entries({ container, stdout: 'true', stderr: 'true' })) url.searchParams.set(name, value);
  return url;
}

function converse({ endpoint, guard }: ConnectInput, url: URL, what: string, signal: AbortSignal): Promise<ExecResult> {
  // `lookup` reaches the socket as all options do; the declaration leaves it out.
  const options: ClientOptions & { readonly lookup: LookupFunction } = {
    ca: endpoint.ca,
    cert: endpoint.clientCertificate,
    key: endpoint.clientKey.reveal(),
    lookup: guardedLookup(guard),
    maxPayload: MOST_PRINTED,
    followRedirects: false,
    perMessageDeflate: false,
    finishRequest: (request) => {
      watchConnection(request, guard);
      request.end();
    },
  };
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, PROTOCOLS, options);
    const printed = { stdout: '', stderr: '' };
    let status: string | undefined;
    const end = (error: unknown): void => {
      signal.removeEventListener('abort', stop);
      // Closed in any case: an engine that does not close its side must not keep the connection.
      socket.terminate();
      reject(error);
    };
    const stop = (): void => end(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    // A frame that is too large, or none, is the engine's fault; as a RangeError it would pass for one of the caller's manifest.
    socket.on('error', (error) => end(error instanceof RangeError ? failed(what, error.message) : error));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      end(failed(what, `the API answered ${response.statusCode}`));
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8', 1);
      if (data[0] === STDOUT) printed.stdout += text;
      else if (data[0] === STDERR) printed.stderr += text;
      else if (data[0] === STATUS) status = text;
      if (printed.stdout.length + printed.stderr.length > MOST_PRINTED)
        end(failed(what, `it printed more than ${MOST_PRINTED} bytes`));
    });
    socket.on('close', () => {
      signal.removeEventListener('abort', stop);
      const exitCode = status === undefined ? undefined : exitCodeIn(status);
      if (exitCode === undefined) reject(failed(what, 'the connection ended without an exit status'));
      else resolve({ exitCode, ...printed });
    });
  });
}

function failed(what: string, why: string): DomainError {
  return new DomainError('engine-failed', `could not ${what}: ${why}`);
}

/** The exit code that a `Status` object carries; undefined for what is none. */
function exitCodeIn(text: string): number | undefined {
  try {
    const { status, details }: { status?: unknown; details?: unknown } = Object(JSON.parse(text));
    if (status === 'Success') return 0;
    const { causes }: { causes?: unknown } = Object(details);
    const cause = Array.isArray(causes) ? causes.find((one) => Object(one).reason === 'ExitCode') : undefined;
    const code = Number(Object(cause).message);
    // A command that could not be started has a status without an exit code.
    return Number.isInteger(code) ? code : -1;
  } catch {
    return undefined;
  }
}
