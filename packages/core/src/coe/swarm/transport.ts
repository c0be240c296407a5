import type { RequestOptions } from 'node:http';
import type Docker from 'dockerode';
import { collect, exchange, type Bounds } from '../bounded-http.js';

/** What the client library asks of its transport. */
interface Call {
  readonly isStream?: boolean;
  /** `true` for those that are no error. */
  readonly statusCodes?: Readonly<Record<number, string | boolean>>;
}

type Body = string | Buffer | NodeJS.ReadableStream | undefined;
type Callback = (error: Error | null, result: unknown) => void;

/** The engine has answered with a status that is an error for this call. */
export class EngineRefusal extends Error {
  constructor(
    readonly statusCode: number,
    readonly json: unknown,
    words: string,
  ) {
    super(words === '' ? `HTTP status ${statusCode}` : words);
    this.name = 'EngineRefusal';
  }
}

/** A client of one engine for one bounded call. The client library is loaded when the first one is asked for; it knows the paths. */
export async function dockerWithin(options: Docker.DockerOptions, bounds: Bounds): Promise<Docker> {
  const docker = new (await import('dockerode')).default(options);
  const secure = options.protocol === 'https';
  const buildRequest = (request: RequestOptions, call: Call, body: Body, callback: Callback): void => {
    answerTo({ secure, options: request, body }, call, bounds).then(
      (result) => callback(null, result),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
  // The library's one way to the network: its own collects an answer without a limit.
  Object.assign(docker.modem, { buildRequest });
  return docker;
}

/** The stream where one was asked for, else what the JSON says, else the bytes. */
async function answerTo(question: Parameters<typeof exchange>[0], call: Call, bounds: Bounds): Promise<unknown> {
  const { status, body } = await exchange(question, bounds);
  const isFine = call.statusCodes?.[status] === true;
  if (isFine && call.isStream) return body;
  const bytes = await collect(body);
  const json = parsed(bytes);
  if (!isFine) throw new EngineRefusal(status, json, json === undefined ? bytes.toString('utf8', 0, MOST_WORDS) : '');
  return json ?? bytes;
}

const MOST_WORDS = 1_000;

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

const LONGEST_LINE = 64 * 1024;

/**
 * Reads what an engine says about a long operation to its end, a line of JSON for each step, and keeps nothing of it. Rejects with
 * the error that the engine reports in a line.
 */
export async function finishProgress(progress: AsyncIterable<Uint8Array | string>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of progress) {
    const text = typeof part === 'string' ? part : decoder.decode(part, { stream: true });
    rest += text;
    if (text.includes('\n')) {
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(requireNoError);
    }
    if (rest.length > LONGEST_LINE) throw new Error('a line of its progress is too long');
  }
  requireNoError(rest);
}

function requireNoError(line: string): void {
  const step = line.trim() === '' ? undefined : parsed(Buffer.from(line));
  const error = typeof step === 'object' && step !== null && 'error' in step ? step.error : undefined;
  if (error !== undefined) throw new Error(typeof error === 'string' ? error : JSON.stringify(error));
}
