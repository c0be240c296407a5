import { systemClock } from '@magnum-ts/core/testing';
import type { Answer, Fleet } from '../fleet/fleet.js';
import { Recorder, type Seen } from './history.js';
import { randomFrom } from './random.js';
import type { Setting } from './settings.js';

/** There are not as many floating addresses as bays here. */
const BAY = { baymodel_id: 'model', floating_ip_enabled: false };
const GROUP = 'extra';

interface Round {
  readonly client: number;
  /** Of the bay, and of the bay model beside it. */
  readonly name: string;
  readonly random: () => number;
  /** What a reader looks at; groups are looked at while the bay has them for certain. */
  hasGroups: boolean;
  templateId: string | undefined;
}

/**
 * Clients that each make, resize, change and delete bays, node groups and bay models of their own, ask again until there is a definite
 * answer, and keep a history. Beside each writer a reader looks at the same things, at another API each time, alone and in lists.
 */
export class Clients {
  readonly history: Recorder;
  /** What no model is needed for: a failed bay, or an answer that must not be. */
  readonly faults: string[] = [];
  bays = 0;
  readonly #setting: Setting;

  constructor(fleet: Fleet, setting: Setting) {
    this.history = new Recorder(fleet);
    this.#setting = setting;
  }

  /** One client, until the signal; the bay that it has begun with is brought to its end. */
  async work(client: number, seed: number, signal: AbortSignal): Promise<void> {
    const random = randomFrom(seed + client * 7_919);
    for (let number = 0; !signal.aborted; number += 1) {
      const round: Round = { client, name: `bay-${client}-${number}`, random, hasGroups: false, templateId: undefined };
      const over = new AbortController();
      const watching = this.#watch(round, over.signal);
      await this.#allOf(round, [this.#lifeOfBay(round), this.#lifeOfTemplate(round)]);
      over.abort(new Error('the bay is gone'));
      await watching;
      this.bays += 1;
    }
  }

  async #allOf({ name }: Round, lives: readonly Promise<void>[]): Promise<void> {
    for (const life of await Promise.allSettled(lives))
      if (life.status === 'rejected') this.faults.push(`${name}: ${textOf(life.reason)}`);
  }

  async #lifeOfBay(round: Round): Promise<void> {
    const { name, client: api, random } = round;
    await this.history.create({ path: '/v1/bays', api }, { ...BAY, name, node_count: 1 }, [{ register: name, value: 1 }]);
    await this.#settled(round, 'CREATE_COMPLETE');
    let size = 1;
    for (let change = Math.floor(random() * 3); change > 0; change -= 1) {
      size = 1 + Math.floor(random() * 4);
      await this.#resizeAndBound(round, size, 5 + Math.floor(random() * 5));
      if (random() < 0.5) await this.#settled(round, 'UPDATE_COMPLETE');
    }
    if (random() < 0.4) await this.#addAndRemoveGroup(round, size);
    round.hasGroups = false;
    await this.history.delete({ path: `/v1/bays/${name}`, api }, [{ register: name, value: null, lingers: true }]);
    await this.#settled(round, 'gone');
  }

  /** Two changes of two fields at a time, at two APIs: neither must undo the other. */
  async #resizeAndBound(round: Round, size: number, bound: number): Promise<void> {
    const { name, client: api } = round;
    const group = `/v1/clusters/${name}/nodegroups/default-worker`;
    await Promise.all([
      this.history.patch({ path: `/v1/bays/${name}`, api }, { node_count: size }, [
        { register: name, value: size },
        { register: `${name} default-worker`, value: size },
      ]),
      this.history.patch({ path: group, api: api + 1 }, { max_node_count: bound }, [{ register: `${name} bound`, value: bound }]),
    ]);
    round.hasGroups = true;
  }

  async #addAndRemoveGroup(round: Round, size: number): Promise<void> {
    const { name, client: api } = round;
    const path = `/v1/clusters/${name}/nodegroups`;
    const register = `${name} ${GROUP}`;
    await this.#settled(round, 'COMPLETE');
    await this.history.create({ path, api }, { name: GROUP, node_count: 1 }, [
      { register, value: 1 },
      { register: name, value: size + 1 },
    ]);
    await this.#settled(round, 'UPDATE_COMPLETE');
    await this.history.delete({ path: `${path}/${GROUP}`, api }, [
      { register, value: null, lingers: true },
      { register: name, value: size, lingers: true },
    ]);
    await this.#settled(round, 'UPDATE_COMPLETE');
  }

  /** A bay model whose fields two writers change at a time, and which is gone with the answer to its deletion. */
  async #lifeOfTemplate(round: Round): Promise<void> {
    const { name, client: api, random } = round;
    const registers = [`${name} model name`, `${name} model volume`] as const;
    const both = (title: string | null, volume: number | null) => [
      { register: registers[0], value: title },
      { register: registers[1], value: volume },
    ];
    const body = { ...this.#setting.template, name: `model-${name}`, docker_volume_size: 1 };
    const made = await this.history.create({ path: '/v1/baymodels', api: api + 1 }, body, both(`model-${name}`, 1));
    const path = `/v1/baymodels/${String(made.body['uuid'])}`;
    round.templateId = String(made.body['uuid']);
    for (let change = 1 + Math.floor(random() * 4); change > 0; change -= 1) {
      const [title, volume] = [`model-${name}-${change}`, 1 + Math.floor(random() * 90)];
      await Promise.all([
        this.history.patch({ path, api }, { name: title }, [{ register: registers[0], value: title }]),
        this.history.patch({ path, api: api + 1 }, { docker_volume_size: volume }, [{ register: registers[1], value: volume }]),
      ]);
      await systemClock.sleep(500);
    }
    await this.history.delete({ path, api }, both(null, null));
    await systemClock.sleep(500);
  }

  async #settled({ name, client }: Round, wanted: string): Promise<void> {
    const { settlesWithinMs } = this.#setting;
    const end = performance.now() + settlesWithinMs;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.history.look({ path: `/v1/bays/${name}`, api: client + attempt }, (seen) => [sizeOf(name, seen)]);
      const status = answer?.status === 404 ? 'gone' : answer?.status === 200 ? String(answer.body['status']) : 'IN_PROGRESS';
      if (status.endsWith(wanted)) return;
      if (!status.endsWith('IN_PROGRESS'))
        throw new Error(`${status} instead of ${wanted}: ${String(answer?.body['status_reason'])}`);
      if (performance.now() > end) throw new Error(`still ${status} after ${settlesWithinMs / 1_000} s`);
      await systemClock.sleep(300);
    }
  }

  /** A reader beside the writer, who asks both APIs in turn. */
  async #watch(round: Round, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      await this.#watchOnce(round, attempt);
      await systemClock.sleep(120, signal).catch(() => undefined);
    }
  }

  async #watchOnce(round: Round, attempt: number): Promise<void> {
    const { name, client, templateId } = round;
    const api = client + attempt;
    const { history } = this;
    await history.look({ path: `/v1/bays/${name}`, api }, (answer) => [sizeOf(name, answer)]);
    if (attempt % 3 === 0)
      await history.look({ path: '/v1/bays?limit=1000', api: api + 1 }, (answer) => [
        { register: name, value: valueIn(rowOf(answer, 'bays', name), 'node_count') },
      ]);
    if (templateId) await history.look({ path: `/v1/baymodels/${templateId}`, api: api + 1 }, (answer) => fieldsOf(name, answer));
    if (round.hasGroups) await this.#watchGroups(round, api);
  }

  async #watchGroups(round: Round, api: number): Promise<void> {
    const { name } = round;
    const path = `/v1/clusters/${name}/nodegroups`;
    // What is answered when the deletion has begun says nothing of the groups.
    const unlessGoing = (seen: (answer: Answer) => readonly Seen[]) => (answer: Answer) =>
      round.hasGroups && answer.status === 200 ? seen(answer) : [];
    await this.history.look(
      { path, api },
      unlessGoing((answer) => [
        { register: `${name} ${GROUP}`, value: valueIn(rowOf(answer, 'nodegroups', GROUP), 'node_count') },
      ]),
    );
    await this.history.look(
      { path: `${path}/default-worker`, api: api + 1 },
      unlessGoing(({ body }) => [
        { register: `${name} bound`, value: valueIn(body, 'max_node_count') },
        { register: `${name} default-worker`, value: valueIn(body, 'node_count') },
      ]),
    );
  }
}

type Row = Readonly<Record<string, unknown>>;

function sizeOf(register: string, answer: Answer): Seen {
  return { register, value: answer.status === 404 ? null : valueIn(answer.body, 'node_count') };
}

function fieldsOf(name: string, answer: Answer): readonly Seen[] {
  const row = answer.status === 404 ? undefined : answer.body;
  return [
    { register: `${name} model name`, value: valueIn(row, 'name') },
    { register: `${name} model volume`, value: valueIn(row, 'docker_volume_size') },
  ];
}

function rowOf(answer: Answer, list: string, name: string): Row | undefined {
  // The service's lists hold objects.
  return (answer.body[list] as readonly Row[] | undefined)?.find((row) => row['name'] === name);
}

function valueIn(row: Row | undefined, field: string): string | number | null {
  const value = row?.[field] ?? null;
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
