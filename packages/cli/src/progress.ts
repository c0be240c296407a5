import {
  NotFoundError,
  type Bay,
  type BayEvent,
  type Bays,
  type Cluster,
  type Clusters,
  type Magnum,
  type Waitable,
} from '@magnum-ts/sdk';
import { EXIT, SilentExit } from './errors.js';
import { isColourful, isLively, type Io } from './io.js';
import { oneLine } from './text.js';

/** Bays in the wording of a command: the same things, whichever is asked. */
export type Wording = 'bay' | 'cluster';

export function baysIn(magnum: Magnum, wording: Wording): Bays | Clusters {
  return wording === 'bay' ? magnum.bays : magnum.clusters;
}

export interface Wait {
  readonly bay: string;
  readonly wording: Wording;
  readonly until: 'settled' | 'deleted';
  readonly timeoutMs: number | undefined;
  /** Only events later than this one are told. */
  readonly after: number;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;
const STILL_MS = 30_000;

/** Follows a bay, telling every event on stderr as it happens. Throws WaiterError when it fails, TimeoutError when it takes too long. */
export async function waitFor(io: Io, magnum: Magnum, wait: Wait): Promise<Bay | Cluster | undefined> {
  const teller = new Teller(io, wait.bay, wait.wording);
  const bays = baysIn(magnum, wait.wording);
  const options = {
    signal: io.signal,
    intervalMs: 1_000,
    after: wait.after,
    ...(wait.timeoutMs !== undefined && { timeoutMs: wait.timeoutMs }),
    onEvent: (event: BayEvent) => teller.event(event),
    onUpdate: (bay: Waitable) => teller.update(bay),
  };
  try {
    if (wait.until === 'settled') return await bays.waitUntil(wait.bay, options);
    await bays.waitUntilDeleted(wait.bay, options);
    return undefined;
  } catch (error) {
    if (!io.signal.aborted) throw error;
    teller.stop();
    io.err(`Stopped waiting. The ${wait.wording} goes on; see it with: magnum ${wait.wording} show ${oneLine(wait.bay)}\n`);
    throw new SilentExit(EXIT.interrupted);
  } finally {
    teller.stop();
  }
}

/** The newest event that there is, so that a wait which begins now does not tell old ones. */
export async function lastEvent(bays: Bays | Clusters, bay: string, signal: AbortSignal): Promise<number> {
  let last = 0;
  try {
    for await (const { id } of bays.events(bay, { limit: 1000 }, { signal })) last = Math.max(last, id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error; // no bay: the call that follows says so; no events: a server without this extension
  }
  return last;
}

/** One line for each event; on a terminal a last line that lives, elsewhere a word every half minute. */
class Teller {
  readonly #io: Io;
  #name: string;
  readonly #noun: Wording;
  readonly #started = Date.now();
  readonly #lively: boolean;
  #status = '';
  #told = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The beginning, by the server's clock. */
  #began: number | undefined;

  constructor(io: Io, name: string, noun: Wording) {
    this.#io = io;
    this.#noun = noun;
    this.#name = name;
    this.#lively = isLively(io);
    if (this.#lively) this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  event(event: BayEvent): void {
    const what = event.resource
      ? `${event.resource}${event.resource_type ? ` (${event.resource_type})` : ''}`
      : event.source === 'stack'
        ? 'stack'
        : this.#noun;
    // The bay's own events say its status; it is not told twice.
    if (event.source === 'magnum' && (event.resource === '' || event.resource_type === 'bay')) this.#status = event.status;
    const words = event.reason ?? (event.kind === 'accepted' || event.kind === 'claimed' ? event.kind : '');
    const reason = words === '' ? '' : `  ${oneLine(words)}`;
    this.#line(`${painted(this.#io, event.status)} ${oneLine(what)}${reason}`, this.#since(event));
  }

  update(bay: Waitable): void {
    this.#name = bay.name;
    if (bay.status !== this.#status) this.#line(`${painted(this.#io, bay.status)} ${this.#noun} ${oneLine(bay.name)}`);
    else if (!this.#lively && Date.now() - this.#told >= STILL_MS) this.#line(`${oneLine(bay.status)} still`);
    this.#status = bay.status;
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#io.err(CLEAR);
  }

  /** When it happened, not when it was told, by the server's clock alone: the two clocks may differ. */
  #since(event: BayEvent): number {
    const at = Date.parse(event.at);
    if (Number.isNaN(at)) return Date.now() - this.#started;
    this.#began ??= at - (Date.now() - this.#started);
    return Math.max(0, at - this.#began);
  }

  #line(text: string, milliseconds = Date.now() - this.#started): void {
    this.#told = Date.now();
    this.#io.err(`${this.#lively ? CLEAR : ''}${elapsed(milliseconds).padStart(7)}  ${text}\n`);
    this.#draw();
  }

  #draw(): void {
    if (this.#timer === undefined) return;
    this.#frame += 1;
    this.#io.err(
      `${CLEAR}${FRAMES[this.#frame % FRAMES.length] ?? ''} ${elapsed(Date.now() - this.#started)} ${oneLine(this.#name)} ${oneLine(this.#status)}`,
    );
  }
}

const CLEAR = '\r\u001b[K';

function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

const COLOURS = [
  [/_FAILED$/, 31],
  [/_COMPLETE$/, 32],
  [/_IN_PROGRESS$/, 33],
] as const;

function painted(io: Io, status: string): string {
  const text = oneLine(status).padEnd(18);
  const colour = COLOURS.find(([pattern]) => pattern.test(status))?.[1];
  return colour !== undefined && isColourful(io) ? `\u001b[${colour}m${text}\u001b[0m` : text;
}
