import { randomUUID } from 'node:crypto';
import { systemClock } from '@magnum-ts/core/testing';
import type { Answer, Fleet } from '../fleet/fleet.js';
import type { Growing, History, Read, Value, Write } from './model.js';

const ANSWERS_WITHIN_MS = 120_000;

/** A register and what a write leaves in it. */
export interface Written {
  readonly register: string;
  readonly value: Value;
  readonly lingers?: boolean;
}

export interface Seen {
  readonly register: string;
  readonly value: Value;
}

export interface Asked {
  readonly path: string;
  /** The first API that is asked; each attempt asks another one. */
  readonly api: number;
}

/** What clients sent and were answered, with the attempts that it took. */
export class Recorder implements History {
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  readonly growing: Growing[] = [];
  /** What no model is needed for: an answer that must not be. */
  readonly faults: string[] = [];
  requests = 0;
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** A POST under one key: it must take effect once, however often it is sent and whichever API answers. */
  async create({ path, api }: Asked, body: unknown, written: readonly Written[]): Promise<Answer> {
    const [key, ids] = [randomUUID(), new Set<string>()];
    return this.#write(written, ids, async (attempt) => {
      const answer = await this.#ask('POST', { path, api: api + attempt }, { body, key });
      const id = answer.body['uuid'] ?? answer.body['id'];
      if (answer.status < 300 && id !== undefined) ids.add(String(id));
      return answer;
    });
  }

  /**
   * Each attempt looks first, and changes what it has seen: an attempt that an API carries out minutes later is then refused, where
   * a change that came after it would be overwritten.
   */
  async patch({ path, api }: Asked, changes: Readonly<Record<string, unknown>>, written: readonly Written[]): Promise<void> {
    const body = Object.entries(changes).map(([field, value]) => ({ op: 'replace', path: `/${field}`, value }));
    await this.#write(written, undefined, async (attempt) => {
      const before = await this.#ask('GET', { path, api: api + attempt });
      if (before.status !== 200) return before;
      const headers = { 'If-Match': before.headers.get('etag') ?? '*' };
      return this.#ask('PATCH', { path, api: api + attempt }, { body, headers });
    });
  }

  async delete({ path, api }: Asked, written: readonly Written[]): Promise<void> {
    await this.#write(written, undefined, async (attempt) => {
      const answer = await this.#ask('DELETE', { path, api: api + attempt });
      // Where the first attempt was heard and its answer lost, the thing may be gone by the second.
      return attempt > 0 && answer.status === 404 ? { ...answer, status: 204 } : answer;
    });
  }

  /** One look; undefined where there was no answer, or one of the moment. */
  async look({ path, api }: Asked, seenIn: (answer: Answer) => readonly Seen[]): Promise<Answer | undefined> {
    const began = performance.now();
    const answer = await this.#ask('GET', { path, api }).catch(() => undefined);
    if (!answer || (answer.status !== 200 && answer.status !== 404)) return undefined;
    const ended = performance.now();
    for (const seen of seenIn(answer)) this.reads.push({ ...seen, began, ended });
    const name = `${path} ${String(answer.body['uuid'])}`;
    const [changed, tag] = [answer.body['updated_at'], Number(answer.headers.get('etag')?.replaceAll('"', '') ?? NaN)];
    if (typeof changed === 'string') this.growing.push({ name: `${name} updated_at`, value: Date.parse(changed), began, ended });
    if (Number.isFinite(tag)) this.growing.push({ name: `${name} ETag`, value: tag, began, ended });
    return answer;
  }

  #ask(method: string, asked: Asked, more: Parameters<Fleet['ask']>[2] = {}): Promise<Answer> {
    this.requests += 1;
    return this.#fleet.ask(method, asked.path, { ...more, api: asked.api });
  }

  /** Asks again, another API each time, until the answer is not one of the moment. */
  async #write(
    written: readonly Written[],
    ids: ReadonlySet<string> | undefined,
    ask: (attempt: number) => Promise<Answer>,
  ): Promise<Answer> {
    const began = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const answer = await ask(attempt).catch(() => undefined);
      if (answer && answer.status < 300) {
        const ended = performance.now();
        for (const one of written) this.writes.push({ ...one, began, ended, ...(ids ? { ids: [...ids] } : {}) });
        return answer;
      }
      this.#requireOfTheMoment(written[0]?.register ?? '', answer);
      if (performance.now() - began > ANSWERS_WITHIN_MS)
        throw new Error(`no definite answer in ${ANSWERS_WITHIN_MS / 1_000} s, at last ${answer?.status ?? 'none'}`);
      await systemClock.sleep(100);
    }
  }

  #requireOfTheMoment(register: string, answer: Answer | undefined): void {
    if (!answer) return;
    const words = `answer ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
    if (!OF_THE_MOMENT.has(answer.status) && answer.status < 500) throw new Error(`unexpected ${words}`);
    if (answer.status >= 500 && answer.status !== 503) this.faults.push(`${register}: ${words}`);
  }
}

/** Changed meanwhile; a request of the same key that is under way, and whose API may have died; too many; away. */
const OF_THE_MOMENT: ReadonlySet<number> = new Set([409, 412, 429, 503]);
