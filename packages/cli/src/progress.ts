/**
 * Progress of a change of a bay, for `--wait`.
 *
 * A change takes minutes, and a silent command looks like one that hangs. So the SDK's wait is shown as it goes: one line for each event on
 * stderr, where it does not mix with the result on stdout, and a spinner on a terminal; elsewhere, a line for each change of the bay's status,
 * for each failure and for every half minute. What must stay true:
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
  const reporter = new ProgressReporter(io, wait);
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

/** Prints one line for each event, and a spinner on a terminal or a line every half minute elsewhere. */
class ProgressReporter {
  readonly #io: Io;
  #name: string;
  readonly #noun: Wording;
  readonly #started = Date.now();
  readonly #isInteractive: boolean;
  /** Elsewhere than on a terminal, only events of the bay itself and failures are printed: a log needs no line for each resource. */
  readonly #printsAll: boolean;
  #status = '';
  #lastLineAt = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The start of the wait on the server's clock, in milliseconds since 1970. */
  #serverStart: number | undefined;

  constructor(io: Io, { bay, wording, isVerbose }: Wait) {
    this.#io = io;
    this.#noun = wording;
    this.#name = bay;
    this.#isInteractive = isInteractive(io);
    this.#printsAll = isVerbose || this.#isInteractive;
    if (this.#isInteractive) this.#timer = setInterval(() => this.#draw(), FRAME_MS);
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
    this.#line(`${colourStatus(this.#io, event.status)} ${oneLine(what)}${reason}`, this.#since(event));
  }

  update(bay: Waitable): void {
    this.#name = bay.name;
    if (bay.status !== this.#status) this.#line(`${colourStatus(this.#io, bay.status)} ${this.#noun} ${oneLine(bay.name)}`);
    else if (!this.#isInteractive && Date.now() - this.#lastLineAt >= HEARTBEAT_MS) this.#line(`still ${oneLine(bay.status)}`);
    this.#status = bay.status;
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#io.err(CLEAR);
  }

  /** Milliseconds from the start of the wait to the event, by the server's clock. */
  #since(event: BayEvent): number {
    const at = Date.parse(event.at);
    if (Number.isNaN(at)) return Date.now() - this.#started;
    this.#serverStart ??= at - (Date.now() - this.#started);
    return Math.max(0, at - this.#serverStart);
  }

  #line(text: string, milliseconds = Date.now() - this.#started): void {
    this.#lastLineAt = Date.now();
    this.#io.err(`${this.#isInteractive ? CLEAR : ''}${formatElapsed(milliseconds).padStart(7)}  ${text}\n`);
    this.#draw();
  }

  #draw(): void {
    if (this.#timer === undefined) return;
    this.#frame += 1;
    this.#io.err(
      `${CLEAR}${FRAMES[this.#frame % FRAMES.length] ?? ''} ${formatElapsed(Date.now() - this.#started)} ${oneLine(this.#name)} ${oneLine(this.#status)}`,
    );
  }
}

const CLEAR = '\r\u001b[K';

function formatElapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

function colourStatus(io: Io, status: string): string {
  const text = oneLine(status).padEnd(18);
  return usesColour(io) ? colourByStatus(status, text) : text;
}
