/**
 * Progress of a change of a bay, for `--wait`.
 *
 * A change takes minutes, and a silent command looks like one that hangs. So the SDK's wait is shown as it goes, on stderr, where it does not mix
 * with the result on stdout: on a terminal as a tree of the bay's resources, elsewhere as a line for each change of the bay's status, for each
 * failure and for every half minute. What must stay true:
 * no event is printed twice and none of an earlier change; times of events are differences of the server's clock alone, since the two clocks
 * may differ; and all texts of the server are escaped before they reach the terminal.
 */
import {
  ApiError,
  ConnectionError,
  NotFoundError,
  TimeoutError,
  type Bay,
  type BayEvent,
  type Bays,
  type Cluster,
  type Clusters,
  type Magnum,
  type Waitable,
} from '@magnum-ts/sdk';
import { colourByStatus } from './colour.js';
import { EXIT, SilentExit } from './errors.js';
import { usesColour, isInteractive, type Io } from './io.js';
import { fit, formatElapsed, ResourceTree } from './resource-tree.js';
import { oneLine, quoteForShell } from './text.js';

/** The word of a command for bays; both words lead to the same resources. */
export type Wording = 'bay' | 'cluster';

export function baysIn(magnum: Magnum, wording: Wording): Bays | Clusters {
  return wording === 'bay' ? magnum.bays : magnum.clusters;
}

export interface Wait {
  readonly bay: string;
  readonly wording: Wording;
  readonly until: 'settled' | 'deleted';
  readonly timeoutMs: number | undefined;
  /** Only events with a greater id are printed. */
  readonly after: number;
  /** Print every event, also without a terminal. */
  readonly isVerbose: boolean;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;
const HEARTBEAT_MS = 30_000;

/** Waits for a bay and prints its events to stderr. Throws WaiterError when the change fails, TimeoutError after `timeoutMs`. */
export async function waitFor(io: Io, magnum: Magnum, wait: Wait): Promise<Bay | Cluster | undefined> {
  const reporter = createReporter(io, wait);
  const bays = baysIn(magnum, wait.wording);
  const options = {
    signal: io.signal,
    intervalMs: 1_000,
    after: wait.after,
    ...(wait.timeoutMs !== undefined && { timeoutMs: wait.timeoutMs }),
    onEvent: (event: BayEvent) => reporter.event(event),
    onUpdate: (bay: Waitable) => reporter.update(bay),
  };
  try {
    if (wait.until === 'settled') return await bays.waitUntil(wait.bay, options);
    await bays.waitUntilDeleted(wait.bay, { ...options, isDeleting: true });
    return undefined;
  } catch (error) {
    reporter.stop();
    if (!io.signal.aborted && !isAboutWaiting(error)) throw error;
    io.err(
      `Stopped waiting. The change of the ${wait.wording} continues; show it with: magnum ${wait.wording} show ${quoteForShell(oneLine(wait.bay))}\n`,
    );
    throw io.signal.aborted ? new SilentExit(EXIT.interrupted) : error;
  } finally {
    reporter.stop();
  }
}

/** True for errors that end the wait and not the change: the timeout, and a service that is away. */
function isAboutWaiting(error: unknown): boolean {
  const isAway = error instanceof ApiError && error.status >= 500;
  return error instanceof TimeoutError || error instanceof ConnectionError || isAway;
}

/** The id of the newest event, so that a wait that begins now prints no older ones. */
export async function findLastEvent(bays: Bays | Clusters, bay: string, signal: AbortSignal): Promise<number> {
  let last = 0;
  try {
    for await (const { id } of bays.events(bay, { limit: 1000 }, { signal })) last = Math.max(last, id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error; // a missing bay fails the call that follows; a server without the events extension has none to print
  }
  return last;
}

function createReporter(io: Io, wait: Wait): Reporter {
  if (isInteractive(io)) return new TreeReporter(io, wait);
  return new LineReporter(io, wait, { clock: new ServerClock(), print: (line) => io.err(`${line}\n`) });
}

interface Reporter {
  event(event: BayEvent): void;
  update(bay: Waitable): void;
  stop(): void;
}

/** Prints one line for each event; elsewhere than on a terminal, one for each change of the status, each failure and each half minute. */
class LineReporter implements Reporter {
  readonly #io: Io;
  readonly #noun: Wording;
  readonly #clock: ServerClock;
  readonly #print: (line: string) => void;
  /** Events of the bay itself and failures are always printed: a log needs no line for each resource. */
  readonly #printsAll: boolean;
  #status = '';
  #lastLineAt = 0;

  constructor(io: Io, { wording, isVerbose }: Wait, { clock, print }: LineOutput) {
    this.#io = io;
    this.#noun = wording;
    this.#clock = clock;
    this.#print = print;
    this.#printsAll = isVerbose;
  }

  event(event: BayEvent): void {
    const what = event.resource
      ? `${event.resource}${event.resource_type ? ` (${event.resource_type})` : ''}`
      : event.source === 'stack'
        ? 'stack'
        : this.#noun;
    const isOfBay = event.source === 'magnum' && (event.resource === '' || event.resource_type === 'bay');
    const isNews = isOfBay && event.status !== this.#status;
    // An event of the bay itself has printed its status; `update` must not print it again.
    if (isOfBay) this.#status = event.status;
    if (!this.#printsAll && !isNews && !event.status.endsWith('_FAILED')) return;
    const detail = event.reason ?? (event.kind === 'accepted' || event.kind === 'claimed' ? event.kind : '');
    const reason = detail === '' ? '' : `  ${oneLine(detail)}`;
    this.#line(`${colourStatus(this.#io, event.status)} ${oneLine(what)}${reason}`, this.#clock.since(event));
  }

  update(bay: Waitable): void {
    if (bay.status !== this.#status) this.#line(`${colourStatus(this.#io, bay.status)} ${this.#noun} ${oneLine(bay.name)}`);
    else if (Date.now() - this.#lastLineAt >= HEARTBEAT_MS) this.#line(`still ${oneLine(bay.status)}`);
    this.#status = bay.status;
  }

  stop(): void {}

  #line(text: string, milliseconds = this.#clock.elapsed()): void {
    this.#lastLineAt = Date.now();
    this.#print(`${formatElapsed(milliseconds).padStart(7)}  ${text}`);
  }
}

interface LineOutput {
  readonly clock: ServerClock;
  readonly print: (line: string) => void;
}

/** Draws the resources as a tree below the lines of failures, and draws it again as it changes. */
class TreeReporter implements Reporter {
  readonly #io: Io;
  readonly #noun: Wording;
  readonly #clock = new ServerClock();
  readonly #tree = new ResourceTree();
  readonly #lines: LineReporter;
  readonly #isVerbose: boolean;
  #name: string;
  #status = '';
  #frame = 0;
  /** The number of rows that the next drawing replaces. */
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(io: Io, wait: Wait) {
    this.#io = io;
    this.#noun = wait.wording;
    this.#name = wait.bay;
    this.#isVerbose = wait.isVerbose;
    const print = (line: string): void => this.#draw([line]);
    this.#lines = new LineReporter(io, { ...wait, isVerbose: true }, { clock: this.#clock, print });
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  event(event: BayEvent): void {
    this.#clock.since(event);
    this.#tree.add(event);
    // The reason of a failure may be longer than a row, and is wanted after the tree has gone.
    if (this.#isVerbose || event.status.endsWith('_FAILED')) this.#lines.event(event);
  }

  update(bay: Waitable): void {
    this.#name = bay.name;
    this.#status = bay.status;
    this.#draw();
  }

  /** Leaves the last state of the tree on the terminal. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw();
  }

  /** Replaces the tree, in one piece so that it does not flicker; `above` stays over it. */
  #draw(above: readonly string[] = []): void {
    const { columns, rows } = this.#io.errSize?.() ?? { columns: 80, rows: 24 };
    this.#frame += 1;
    const mark = this.#timer === undefined ? '' : `${FRAMES[this.#frame % FRAMES.length] ?? ''} `;
    const head = `${mark}${formatElapsed(this.#clock.elapsed())} ${this.#noun} ${oneLine(this.#name)}  ${oneLine(this.#status)}`;
    const body = this.#tree.draw({
      // A text in the last column of some terminals begins a new line.
      columns: columns - 1,
      // One for the head, and one for the cursor.
      rows: rows - 2,
      now: this.#clock.now(),
      colour: usesColour(this.#io) ? colourByStatus : (_status, text) => text,
    });
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    const lines = [...above, fit(head, columns - 1).trimEnd(), ...body];
    this.#io.err(`${up}\r\u001b[J${lines.join('\n')}\n`);
    this.#drawn = body.length + 1;
  }
}

/** The server's clock as its events show it: the two clocks may differ, so its times are only compared with each other. */
class ServerClock {
  readonly #started = Date.now();
  /** The start of the wait on the server's clock, in milliseconds since 1970. */
  #serverStart: number | undefined;

  elapsed(): number {
    return Date.now() - this.#started;
  }

  now(): number {
    return (this.#serverStart ?? this.#started) + this.elapsed();
  }

  /** Milliseconds from the start of the wait to the event. */
  since(event: BayEvent): number {
    const at = Date.parse(event.at);
    if (Number.isNaN(at)) return this.elapsed();
    this.#serverStart ??= at - this.elapsed();
    return Math.max(0, at - this.#serverStart);
  }
}

function colourStatus(io: Io, status: string): string {
  const text = oneLine(status).padEnd(18);
  return usesColour(io) ? colourByStatus(status, text) : text;
}
