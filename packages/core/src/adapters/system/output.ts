import { closeSync, openSync, write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/*
 * Standard output as logs need it. A disk that is full, or a reader that is gone, must not end or stop a service: lines that cannot
 * be written are counted and dropped, and the first write that succeeds again says how many. pino's own destination emits an error
 * without a listener at the first failed write, holds everything that follows in memory, and at the end of the process tries for
 * ever; a service with its log on a full disk died of it, or did not end at its signal.
 */

const OUTPUT = 1;
/** As much as a pipe takes at once: each write wakes another thread, which costs more than a dozen lines. */
const FULL_BYTES = 64_000;
const LONGEST_HELD_MS = 250;
/** What may wait for a slow reader. */
const MOST_HELD_BYTES = 4 * 1024 * 1024;
/** A reader's pipe can be full for a moment. */
const MOST_TRIES = 20;
const TRY_AGAIN_MS = 5;

/** Which file is written to now: it changes when a log file is opened again. */
type Descriptor = () => number;

/** Each line is written before the program continues. */
export function promptOutput(fd: number | Descriptor = OUTPUT): DestinationStream {
  const lost = new LostLines();
  return {
    write: (line) => {
      const text = `${lost.notice()}${line}`;
      if (!writeAll(descriptorOf(fd), Buffer.from(text))) lost.count(line);
      else lost.reset();
    },
  };
}

/** Lines are written together, at the latest after a quarter of a second, and when the process ends. */
export function gatheredOutput(fd: number | Descriptor = OUTPUT): DestinationStream {
  return new Gathered(typeof fd === 'number' ? () => fd : fd);
}

function descriptorOf(fd: number | Descriptor): number {
  return typeof fd === 'number' ? fd : fd();
}

/** A log file that can be opened again, after a rotation has given it another name. */
export interface FileOutput {
  readonly output: DestinationStream;
  /** Errors: what the system says; the former file stays open then. */
  reopen(): void;
}

const READABLE_BY_GROUP = 0o640;
/** A write that is under way still needs the former file. */
const CLOSE_AFTER_MS = 5_000;

/** `prompt`: each line is written before the program continues. Errors: what the system says where the file cannot be opened. */
export function fileOutput(file: string, prompt: boolean): FileOutput {
  let fd = openSync(file, 'a', READABLE_BY_GROUP);
  const current = (): number => fd;
  return {
    output: prompt ? promptOutput(current) : gatheredOutput(current),
    reopen: () => {
      const former = fd;
      fd = openSync(file, 'a', READABLE_BY_GROUP);
      setTimeout(() => closeSync(former), CLOSE_AFTER_MS).unref();
    },
  };
}

class Gathered implements DestinationStream {
  readonly #fd: Descriptor;
  readonly #lost = new LostLines();
  #held = '';
  /** Under way: bytes that the system has not taken yet. */
  #writing: Buffer | undefined;

  constructor(fd: Descriptor) {
    this.#fd = fd;
    setInterval(() => this.#flush(), LONGEST_HELD_MS).unref();
    process.on('exit', () => this.#end());
  }

  write(line: string): void {
    if (this.#held.length > MOST_HELD_BYTES) return this.#lost.count(line);
    this.#held += line;
    if (this.#held.length >= FULL_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#writing || this.#held === '') return;
    const text = this.#held;
    this.#held = '';
    this.#go(Buffer.from(`${this.#lost.notice()}${text}`), text);
  }

  #go(bytes: Buffer, text: string): void {
    this.#writing = bytes;
    write(this.#fd(), bytes, (error, count) => {
      if (error && isBusy(error)) return void setTimeout(() => this.#go(bytes, text), TRY_AGAIN_MS);
      if (!error && count < bytes.length) return this.#go(bytes.subarray(count), text);
      this.#writing = undefined;
      if (error) this.#lost.count(text);
      else this.#lost.reset();
    });
  }

  /** The process ends: what is held is tried once more, for a bounded time. */
  #end(): void {
    const rest = [this.#writing ?? Buffer.alloc(0), Buffer.from(`${this.#lost.notice()}${this.#held}`)];
    this.#writing = undefined;
    this.#held = '';
    writeAll(this.#fd(), Buffer.concat(rest));
  }
}

/** Counts lines that could not be written, until the count has been logged. */
class LostLines {
  #count = 0;

  count(text: string): void {
    this.#count += text.split('\n').length - 1;
  }

  notice(): string {
    if (this.#count === 0) return '';
    return `${JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, lines: this.#count, msg: 'log lines lost' })}\n`;
  }

  reset(): void {
    this.#count = 0;
  }
}

/** False where not all of it could be written. */
function writeAll(fd: number, bytes: Buffer): boolean {
  for (let [at, tries] = [0, 0]; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      tries += 1;
      if (!isBusy(error) || tries > MOST_TRIES) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRY_AGAIN_MS);
    }
  }
  return true;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}
