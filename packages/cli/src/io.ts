import { readFile } from 'node:fs/promises';
import { mayColour } from './colour.js';
import { EXIT, SilentExit } from './errors.js';

export type Fetch = (request: Request) => Promise<Response>;

/** The input and output of the process, so that tests can replace them. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly outIsTty: boolean;
  /** Columns of the terminal at stdout; undefined where it is none. */
  readonly outWidth?: number | undefined;
  readonly errIsTty: boolean;
  /** The size of the terminal at stderr, as it is at the time of the call. */
  readonly errSize?: (() => { readonly columns: number; readonly rows: number }) | undefined;
  readonly inIsTty: boolean;
  out(text: string): void;
  err(text: string): void;
  /** Asks on the terminal; undefined when the input has ended. Throws SilentExit when Ctrl-C was pressed. */
  ask(question: string): Promise<string | undefined>;
  readStdin(): Promise<string>;
  readFile(path: string): Promise<string>;
  /** How errors are printed: `text` where undefined. */
  readonly errorFormat?: 'text' | 'json';
  /** In place of the network, in tests. */
  readonly fetch?: Fetch;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export function processIo(signal: AbortSignal): Io {
  return {
    env: process.env,
    outIsTty: process.stdout.isTTY === true,
    outWidth: process.stdout.isTTY ? process.stdout.columns : undefined,
    errIsTty: process.stderr.isTTY === true,
    // A terminal that does not know its size reports 0.
    errSize: () => ({ columns: process.stderr.columns || 80, rows: process.stderr.rows || 24 }),
    inIsTty: process.stdin.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ask: (question) => askOn({ input: process.stdin, output: process.stderr }, question, signal),
    readStdin: async () => {
      let text = '';
      for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
      return text;
    },
    readFile: (path) => readFile(path, 'utf8'),
    signal,
  };
}

/** The two ends of a terminal. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Whether lines can be edited; by default, what the output says. */
  readonly terminal?: boolean;
}

/** Asks on a terminal, where Ctrl-C reaches the line editor and is no signal of the process. See `Io.ask`. */
export async function askOn(ends: Terminal, question: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface(ends);
  const ended = new AbortController();
  let isInterrupted = false;
  terminal.on('SIGINT', () => {
    isInterrupted = true;
    ended.abort();
  });
  terminal.on('close', () => ended.abort());
  const interrupt = (): void => ended.abort();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await terminal.question(question, { signal: ended.signal });
  } catch {
    if (!isInterrupted && !signal.aborted) return undefined;
    ends.output.write('\n');
    throw new SilentExit(EXIT.interrupted);
  } finally {
    signal.removeEventListener('abort', interrupt);
    terminal.close();
  }
}

/** True when a user watches stderr on a terminal that can redraw a line. */
export function isInteractive(io: Io): boolean {
  return io.errIsTty && !io.env['CI'] && io.env['TERM'] !== 'dumb';
}

/** True when stderr may have colours. */
export function usesColour(io: Io): boolean {
  return mayColour(io.env, io.errIsTty);
}
