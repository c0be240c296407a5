import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';
import { guardedLookup, requireAllowedLiteral, watchConnection, type AddressGuard } from './address-guard.js';

/**
 * The one way to call the engine of a bay over HTTP. A bay's owner is root on its nodes, so an engine may answer anything: without
 * end, a byte at a time, or not at all. Client libraries collect an answer without a limit and continue to read when no caller waits any
 * more; one endless answer took 1.6 GiB of a conductor's memory within 16 s. Here the bytes of each answer are counted as they
 * come, and the connection is destroyed as soon as they are too many, or when the call's signal ends. The invariant: a call holds
 * no more than its allowance, and after its end it holds no connection. The guard judges the address that a connection really has.
 */

/** Bytes of a usual answer at most: the largest real ones, lists of a thousand nodes, have two MiB. */
export const MOST_ANSWERED = 8 * 1024 ** 2;
/** Bytes of the output of a container or of a command at most. */
export const MOST_WRITTEN = 16 * 1024 ** 2;
/** Interim answers, which carry nothing: no server has a reason to send so many. */
const MOST_INTERIM = 100;
const MEBIBYTE = 1024 ** 2;

export class AnswerTooLargeError extends Error {
  constructor(mostBytes: number) {
    super(`the engine's answer was larger than ${mostBytes / MEBIBYTE} MiB`);
    this.name = 'AnswerTooLargeError';
  }
}

/** Bytes that may still be read: by one call, or by several that share it. What is taken is taken from `whole`, too. */
export class Allowance {
  #left: number;

  constructor(
    private readonly mostBytes: number,
    private readonly whole?: Allowance,
  ) {
    this.#left = mostBytes;
  }

  /** Undefined as long as there is enough. */
  take(bytes: number): AnswerTooLargeError | undefined {
    this.#left -= bytes;
    return this.#left < 0 ? this.exhausted() : this.whole?.take(bytes);
  }

  exhausted(): AnswerTooLargeError {
    return new AnswerTooLargeError(this.mostBytes);
  }
}

export interface Bounds {
  /** Its end destroys the connection. */
  readonly signal: AbortSignal;
  readonly allowance: Allowance;
}

export interface Question {
  readonly secure: boolean;
  readonly options: RequestOptions;
  readonly body: string | Buffer | NodeJS.ReadableStream | undefined;
  /** Addresses that may be connected to; null where the operator has named the address. */
  readonly guard: AddressGuard | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Fails with AnswerTooLargeError. A reader that stops before the end destroys the connection. */
  readonly body: Readable;
}

/** Resolves with the head of the answer. Rejects with the signal's reason, the guard's, AnswerTooLargeError, or the socket's error. */
export async function exchange(question: Question, bounds: Bounds): Promise<Answer> {
  bounds.signal.throwIfAborted();
  const { guard, options } = question;
  if (!guard) return connectAndAsk(question, bounds);
  await requireAllowedLiteral(guard, options.host ?? options.hostname ?? '');
  return connectAndAsk({ ...question, options: { ...options, lookup: guardedLookup(guard) } }, bounds);
}

function connectAndAsk({ secure, options, body, guard }: Question, { signal, allowance }: Bounds): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = (secure ? secureRequest : plainRequest)(options);
    if (guard) watchConnection(request, guard);
    const stop = (): void => void request.destroy(asError(signal.reason));
    signal.addEventListener('abort', stop, { once: true });
    request.once('close', () => signal.removeEventListener('abort', stop));
    request.on('error', reject);
    let interim = 0;
    request.on('information', () => {
      interim += 1;
      if (interim > MOST_INTERIM) request.destroy(allowance.exhausted());
    });
    request.once('response', (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: countBytes(response, allowance) }),
    );
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) request.end(body);
    else body.on('error', (error: Error) => request.destroy(error)).pipe(request);
  });
}

class Counter extends Transform {
  constructor(private readonly allowance: Allowance) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const excess = this.allowance.take(chunk.length);
    if (excess) done(excess);
    else done(null, chunk);
  }
}

/** An error of either end destroys both: it reaches who reads the counter, so the callback has nothing to do. */
function countBytes(response: IncomingMessage, allowance: Allowance): Readable {
  return pipeline(response, new Counter(allowance), () => undefined);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

const FIRST_BYTES = 16 * 1024;

/** The whole content of a stream, copied part by part: buffers kept for many tiny parts would take a hundred times the memory. */
export async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  let kept = Buffer.allocUnsafe(FIRST_BYTES);
  let size = 0;
  for await (const part of parts) {
    if (size + part.length > kept.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * kept.length, size + part.length));
      kept.copy(larger, 0, 0, size);
      kept = larger;
    }
    kept.set(part, size);
    size += part.length;
  }
  return kept.subarray(0, size);
}
