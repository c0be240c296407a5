import { randomUUID } from 'node:crypto';
import { systemClock } from '../../packages/core/src/adapters/system/clock.js';
import type { Answer, Fleet } from '../fleet/fleet.js';
import type { Read, Value, Write } from './model.js';
import { randomFrom } from './random.js';

/** There are not as many floating addresses as bays here. */
const BAY = { baymodel_id: 'model', floating_ip_enabled: false };
const SETTLES_WITHIN_MS = 180_000;
const ANSWERS_WITHIN_MS = 120_000;

/** Clients that each make, resize, patch and delete bays of their own, ask again until there is a definite answer, and keep a history. */
export class Clients {
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  /** What no model is needed for: a failed bay, or an answer that must not be. */
  readonly faults: string[] = [];
  bays = 0;
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** One client, until the signal; the bay that it has begun with is brought to its end. */
  async work(client: number, seed: number, signal: AbortSignal): Promise<void> {
    const random = randomFrom(seed + client * 7_919);
    for (let round = 0; !signal.aborted; round += 1) {
      const name = `bay-${client}-${round}`;
      const over = new AbortController();
      const watching = this.#watch(name, client, over.signal);
      try {
        await this.#life(name, client, random);
      } catch (error) {
        this.faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      over.abort(new Error('the bay is gone'));
      await watching;
      this.bays += 1;
    }
  }

  async #life(name: string, client: number, random: () => number): Promise<void> {
    await this.#create(name, client);
    await this.#settled(name, client, 'CREATE_COMPLETE');
    for (let change = Math.floor(random() * 3); change > 0; change -= 1) {
      await this.#resize(name, client, 1 + Math.floor(random() * 4));
      if (random() < 0.5) await this.#settled(name, client, 'UPDATE_COMPLETE');
    }
    await this.#delete(name, client);
    await this.#settled(name, client, 'gone');
  }

  async #create(name: string, client: number): Promise<void> {
    const [key, ids] = [randomUUID(), new Set<string>()];
    const body = { ...BAY, name, node_count: 1 };
    await this.#write({ bay: name, value: 1, ids }, async (api) => {
      const answer = await this.#fleet.ask('POST', '/v1/bays', { body, key, api: client + api });
      if (answer.status === 202) ids.add(String(answer.body['uuid']));
      return answer;
    });
  }

  async #resize(name: string, client: number, value: number): Promise<void> {
    const body = [{ op: 'replace', path: '/node_count', value }];
    await this.#write({ bay: name, value }, (api) => this.#fleet.ask('PATCH', `/v1/bays/${name}`, { body, api: client + api }));
  }

  async #delete(name: string, client: number): Promise<void> {
    await this.#write({ bay: name, value: null }, (api) => this.#fleet.ask('DELETE', `/v1/bays/${name}`, { api: client + api }));
  }

  /** Asks again, another API each time, until the answer is not one of the moment. */
  async #write(
    { bay, value, ids }: { readonly bay: string; readonly value: Value; readonly ids?: ReadonlySet<string> },
    ask: (attempt: number) => Promise<Answer>,
  ): Promise<void> {
    const began = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const answer = await ask(attempt).catch(() => undefined);
      // A creation of the same key that is under way, and whose API may have died.
      const isOfTheMoment = !answer || answer.status >= 500 || answer.status === 409 || answer.status === 429;
      // Where the first attempt was heard and its answer lost, the bay may be gone by the second.
      const isDone = answer && (answer.status < 300 || (value === null && answer.status === 404 && attempt > 0));
      if (isDone) {
        this.writes.push({ bay, value, began, ended: performance.now(), ...(ids ? { ids: [...ids] } : {}) });
        return;
      }
      if (!isOfTheMoment) throw new Error(`unexpected answer ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
      if (answer && answer.status >= 500 && answer.status !== 503)
        this.faults.push(`${bay}: answer ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
      if (performance.now() - began > ANSWERS_WITHIN_MS)
        throw new Error(`no definite answer in ${ANSWERS_WITHIN_MS / 1_000} s, at last ${answer?.status ?? 'none'}`);
      await systemClock.sleep(100);
    }
  }

  async #settled(name: string, client: number, wanted: string): Promise<void> {
    const end = performance.now() + SETTLES_WITHIN_MS;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#fleet.ask('GET', `/v1/bays/${name}`, { api: client + attempt }).catch(() => undefined);
      const status = answer?.status === 404 ? 'gone' : answer?.status === 200 ? String(answer.body['status']) : 'IN_PROGRESS';
      if (status === wanted) return;
      if (!status.endsWith('IN_PROGRESS'))
        throw new Error(`${status} instead of ${wanted}: ${String(answer?.body['status_reason'])}`);
      if (performance.now() > end) throw new Error(`still ${status} after ${SETTLES_WITHIN_MS / 1_000} s`);
      await systemClock.sleep(300);
    }
  }

  /** A reader beside the writer, who asks both APIs in turn. */
  async #watch(bay: string, client: number, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const began = performance.now();
      const answer = await this.#fleet.ask('GET', `/v1/bays/${bay}`, { api: client + attempt }).catch(() => undefined);
      const value = answer?.status === 404 ? null : answer?.status === 200 ? Number(answer.body['node_count']) : undefined;
      if (value !== undefined) this.reads.push({ bay, value, began, ended: performance.now() });
      await systemClock.sleep(150, signal).catch(() => undefined);
    }
  }
}
