import { request, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyPair } from './tls.js';

/** Where a cluster is reached, and as whom. */
export interface MesosAccess {
  readonly host: string;
  readonly ca: string;
  readonly client: KeyPair;
}

interface Task {
  readonly id: string;
  readonly agent: string;
  readonly host: string;
  state: string;
  /** What the last report said, such as the output of a command. */
  message: string;
}

interface Offer {
  readonly id: { readonly value: string };
  readonly agent_id: { readonly value: string };
  readonly hostname: string;
}

interface Event {
  readonly type: string;
  readonly subscribed?: { readonly framework_id: { readonly value: string } };
  readonly offers?: { readonly offers: readonly Offer[] };
  readonly update?: {
    readonly status: {
      readonly task_id: { readonly value: string };
      readonly agent_id?: { readonly value: string };
      readonly state: string;
      readonly message?: string;
      readonly uuid?: string;
    };
  };
}

const PORT = 5050;
const ENDED = new Set([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_LOST',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_ERROR',
]);
const RETRY_MS = 500;
/** Mesos sends a heartbeat every 15 seconds. A stream without two of them has lost its master, though nobody has closed it. */
const SILENCE_MS = 32_000;
const MOST_OF_ONE_AGENT = 2;

/** What the leading master counts, through the address of the bay; undefined where no master answers as the leader within two seconds. */
export function leaderMetrics({ host, ca, client }: MesosAccess): Promise<Readonly<Record<string, number>> | undefined> {
  const options = {
    host,
    port: PORT,
    path: '/metrics/snapshot',
    agent: false,
    timeout: 2_000,
    ca,
    key: client.key,
    cert: client.certificate,
  };
  return new Promise((done) => {
    const sent = request(options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => done(undefined));
      response.on('end', () => done(response.statusCode === 200 ? (JSON.parse(text) as Record<string, number>) : undefined)); // as Mesos writes it
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout'))).on('error', () => done(undefined));
    sent.end();
  });
}

/**
 * A framework for tests: it keeps a number of tasks running, of one command, on as many agents as it is offered, through the scheduler API
 * v1 of the bay's address. A task that ends is started again, elsewhere where its agent is not offered any more. It survives
 * another leader, as frameworks do: it subscribes again under the same id.
 */
export class TestFramework {
  readonly tasks = new Map<string, Task>();
  #id: string | undefined;
  #stream = '';
  #isStopped = false;
  #serial = 0;
  #connection: ReturnType<typeof request> | undefined;
  readonly #running: Promise<void>;

  constructor(
    private readonly access: MesosAccess,
    private readonly order: { readonly count: number; readonly command: string },
  ) {
    this.#running = this.#run();
  }

  /** Tasks that run, by the host name of their agent. */
  running(): readonly string[] {
    return [...this.tasks.values()].flatMap(({ state, host }) => (state === 'TASK_RUNNING' ? [host] : [])).toSorted();
  }

  /** Ends its tasks, and itself. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#call('TEARDOWN', {}).catch(() => undefined);
    this.#connection?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#subscribe().catch(() => undefined);
      if (!this.#isStopped) await sleep(RETRY_MS);
    }
  }

  #options(): RequestOptions {
    const { host, ca, client } = this.access;
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return {
      host,
      port: PORT,
      path: '/api/v1/scheduler',
      method: 'POST',
      agent: false,
      ca,
      key: client.key,
      cert: client.certificate,
      headers,
    };
  }

  /** Resolves when the stream of events has ended. */
  #subscribe(): Promise<void> {
    const id = this.#id === undefined ? {} : { id: { value: this.#id } };
    const framework_info = {
      user: 'root',
      name: 'magnum-test',
      roles: ['*'],
      failover_timeout: 60,
      // Without it a task counts as lost as soon as its agent is started again.
      checkpoint: true,
      capabilities: [{ type: 'MULTI_ROLE' }],
      ...id,
    };
    const call = {
      type: 'SUBSCRIBE',
      subscribe: { framework_info },
      ...(this.#id === undefined ? {} : { framework_id: { value: this.#id } }),
    };
    return new Promise((done, fail) => {
      const sent = request(this.#options(), (response) => {
        if (response.statusCode !== 200)
          return void response.resume().on('end', () => fail(new Error(`HTTP status ${response.statusCode ?? 0}`)));
        this.#stream = String(response.headers['mesos-stream-id'] ?? '');
        let buffer = Buffer.alloc(0);
        response.on('data', (chunk: Buffer) => {
          buffer = Buffer.concat([buffer, chunk]);
          for (let end = buffer.indexOf(10); end !== -1; end = buffer.indexOf(10)) {
            const size = Number(buffer.subarray(0, end).toString());
            if (buffer.length < end + 1 + size) break;
            const event = JSON.parse(buffer.subarray(end + 1, end + 1 + size).toString()) as Event; // an event of Mesos
            buffer = buffer.subarray(end + 1 + size);
            void this.#handle(event).catch(() => undefined);
          }
        });
        response.on('end', () => done()).on('error', fail);
      });
      this.#connection = sent;
      sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error('no heartbeat')));
      sent.on('error', fail);
      sent.end(JSON.stringify(call));
    });
  }

  #call(type: string, body: object): Promise<void> {
    const { headers, ...options } = this.#options();
    return new Promise((done, fail) => {
      const sent = request({ ...options, headers: { ...headers, 'mesos-stream-id': this.#stream } }, (response) => {
        const { statusCode = 0 } = response;
        response.resume().on('end', () => (statusCode < 300 ? done() : fail(new Error(`${type}: HTTP status ${statusCode}`))));
      });
      sent.on('error', fail);
      sent.end(JSON.stringify({ type, framework_id: { value: this.#id }, ...body }));
    });
  }

  async #handle({ type, subscribed, offers, update }: Event): Promise<void> {
    if (type === 'SUBSCRIBED' && subscribed) {
      this.#id = subscribed.framework_id.value;
      await this.#reconcile();
    } else if (type === 'OFFERS') for (const offer of offers?.offers ?? []) await this.#take(offer);
    else if (type === 'UPDATE' && update) await this.#note(update.status);
  }

  /** Asks how its tasks are: an update that was sent while it was not subscribed is not sent again when its agent is gone. */
  #reconcile(): Promise<void> {
    const alive = [...this.tasks.values()].filter(({ state }) => !ENDED.has(state));
    const tasks = alive.map(({ id, agent }) => ({ task_id: { value: id }, agent_id: { value: agent } }));
    return tasks.length === 0 ? Promise.resolve() : this.#call('RECONCILE', { reconcile: { tasks } });
  }

  /** The first tasks go to different agents; later ones to any, at most two of them to one. */
  async #take(offer: Offer): Promise<void> {
    const alive = [...this.tasks.values()].filter(({ state }) => !ENDED.has(state));
    const here = alive.filter(({ agent }) => agent === offer.agent_id.value).length;
    const offer_ids = [offer.id];
    if (alive.length >= this.order.count || here >= MOST_OF_ONE_AGENT || (here > 0 && this.#serial < this.order.count))
      return this.#call('DECLINE', { decline: { offer_ids, filters: { refuse_seconds: 1 } } });
    this.#serial += 1;
    const id = `task-${this.#serial}`;
    this.tasks.set(id, { id, agent: offer.agent_id.value, host: offer.hostname, state: 'TASK_STAGING', message: '' });
    const scalar = (name: string, value: number): object => ({
      name,
      type: 'SCALAR',
      scalar: { value },
      allocation_info: { role: '*' },
    });
    const task = {
      name: id,
      task_id: { value: id },
      agent_id: offer.agent_id,
      resources: [scalar('cpus', 0.2), scalar('mem', 64)],
      command: { shell: true, value: this.order.command },
    };
    const operations = [{ type: 'LAUNCH', launch: { task_infos: [task] } }];
    return this.#call('ACCEPT', { accept: { offer_ids, operations, filters: { refuse_seconds: 1 } } });
  }

  async #note({ task_id, agent_id, state, message, uuid }: NonNullable<Event['update']>['status']): Promise<void> {
    const task = this.tasks.get(task_id.value);
    if (task) Object.assign(task, { state, message: message ?? '' });
    if (uuid !== undefined) await this.#call('ACKNOWLEDGE', { acknowledge: { agent_id, task_id, uuid } });
  }
}
