import { readFile } from 'node:fs/promises';

/** The input and output of the process, so that tests can replace them. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly inIsTty: boolean;
  out(text: string): void;
  err(text: string): void;
  /** Asks on the terminal; undefined when the input has ended or Ctrl-C was pressed. */
  ask(question: string): Promise<string | undefined>;
  readStdin(): Promise<string>;
  readFile(path: string): Promise<string>;
  fetch(request: Request): Promise<Response>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export function processIo(signal: AbortSignal): Io {
  return {
    env: process.env,
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    inIsTty: process.stdin.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ask: (question) => askTerminal(question, signal),
    readStdin: async () => {
      let text = '';
      for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
      return text;
    },
    readFile: (path) => readFile(path, 'utf8'),
    fetch: (request) => globalThis.fetch(request),
    signal,
  };
}

async function askTerminal(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal });
  } catch {
    return undefined; // the input has ended, or Ctrl-C
  } finally {
    terminal.close();
  }
}

/** True when a user watches stderr on a terminal that can redraw a line. */
export function isInteractive(io: Io): boolean {
  return io.errIsTty && !io.env['CI'] && io.env['TERM'] !== 'dumb';
}

/** True when the output may have colours; `NO_COLOR` and `FORCE_COLOR` take precedence. */
export function usesColour(io: Io): boolean {
  if (io.env['NO_COLOR']) return false;
  return Boolean(io.env['FORCE_COLOR']) || isInteractive(io);
}
