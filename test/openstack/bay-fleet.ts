import { expect } from 'vitest';
import { until } from '@magnum-ts/core/testing';
import { startMariadb, type Mariadb } from '../../scripts/host/mariadb.mjs';
import { startRabbitmq, type Rabbitmq } from '../../scripts/host/rabbitmq.mjs';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { Fleet, type Answer } from '../fleet/fleet.js';
import { Agents } from './agents.js';
import { SIGNAL, type Cloud } from './cloud.js';

const log = (line: string): void => void process.stdout.write(`${line}\n`);

/** API and conductors as processes on the cloud of the tests, used by `demo`, and a stand-in for the bays' nodes. */
export class BayFleet {
  readonly fleet: Fleet;
  readonly agents: Agents;
  readonly projectId: string;
  /** URL of the database of its processes. */
  readonly database: string;
  readonly #cloud: Cloud;
  readonly #services: readonly [Mariadb, Rabbitmq];

  private constructor(cloud: Cloud, fleet: Fleet, services: readonly [Mariadb, Rabbitmq], projectId: string) {
    this.#cloud = cloud;
    this.#services = services;
    this.fleet = fleet;
    this.database = services[0].url;
    this.projectId = projectId;
    this.agents = new Agents(cloud, projectId);
  }

  /** `more`: further lines of `magnum.conf`. */
  static async start(cloud: Cloud, more: readonly string[] = []): Promise<BayFleet> {
    const services = [await startMariadb({ log }), await startRabbitmq({ log })] as const;
    try {
      // At the port that the cloud's catalog names, for clients that look there.
      const size = { apis: 1, conductors: 2, port: cloud.openstack.ports['magnum'] ?? 0 };
      const fleet = await Fleet.prepare(services[0].url, services[1].url, size, cloud.config(more));
      const { secret, document } = await cloud.tokenOf('demo', 'demo');
      await fleet.startAll(secret.reveal());
      return new BayFleet(cloud, fleet, services, document.project?.id ?? '');
    } catch (error) {
      await stopAll(services);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.agents.stop();
    await this.fleet.stopAll();
    await stopAll(this.#services);
  }

  /** A bay model for swarms; returns its id. */
  async model(change: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const made = await this.fleet.ask('POST', '/v1/baymodels', {
      body: {
        name: 'swarm',
        coe: 'swarm-mode',
        image_id: 'debian-12',
        keypair_id: 'demokey',
        flavor_id: 'm1.small',
        master_flavor_id: 'm1.small',
        external_network_id: 'public',
        ...change,
      },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return String(made.body['uuid']);
  }

  async create(name: string, model: string): Promise<string> {
    const body = { name, baymodel_id: model, node_count: 1, bay_create_timeout: 15 };
    const made = await this.fleet.ask('POST', '/v1/bays', { body });
    expect(made.status, JSON.stringify(made.body)).toBe(202);
    return String(made.body['uuid']);
  }

  async resize(uuid: string, nodes: number, rollback = false): Promise<Answer> {
    const body = [{ op: 'replace', path: '/node_count', value: nodes }];
    const accepted = await this.fleet.ask('PATCH', `/v1/bays/${uuid}${rollback ? '?rollback=true' : ''}`, { body });
    expect(accepted.status, JSON.stringify(accepted.body)).toBe(202);
    return this.settled(uuid);
  }

  async settled(uuid: string, withinMs = 400_000): Promise<Answer> {
    let answer: Answer | undefined;
    const isSettled = async (): Promise<boolean> => {
      answer = await this.fleet.ask('GET', `/v1/bays/${uuid}`).catch(() => undefined);
      return answer?.status === 404 || (answer?.status === 200 && !String(answer.body['status']).endsWith('IN_PROGRESS'));
    };
    await until(`the work on ${uuid} has ended`, isSettled, { withinMs }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(answer?.body)}`);
    });
    if (!answer) throw new Error('no answer');
    return answer;
  }

  /** Deletes the bay, and expects no account and no stack of it afterwards. */
  async remove(uuid: string): Promise<void> {
    const asked = this.fleet.lines.length;
    expect((await this.fleet.ask('DELETE', `/v1/bays/${uuid}`)).status).toBe(204);
    const { status, body } = await this.settled(uuid);
    expect(status, JSON.stringify(body)).toBe(404);
    expect(await this.accountsOf(uuid), this.#storyOf(uuid, asked)).toEqual([]);
    expect((await this.stacks()).filter((stack) => stack.tags?.some((tag) => tag.includes(uuid)))).toEqual([]);
  }

  /** What the processes said of the bay since that line, and what they asked of Keystone, whose calls name accounts by their ids alone. */
  #storyOf(uuid: string, since: number): string {
    const told = this.fleet.lines.slice(since).filter((line) => line.msg !== 'request');
    const lines = told
      .map((line) => JSON.stringify(line))
      .filter((line) => line.includes(uuid) || /"\w+ \/v3\/(users|OS-TRUST)/.test(line));
    return ['the processes said:', ...lines].join('\n');
  }

  /** Accounts in the domain of trustees that belong to the bay. */
  async accountsOf(uuid: string): Promise<readonly string[]> {
    const { login, session } = this.#cloud.trusteeAdmin();
    const { document } = await login.token(false, SIGNAL);
    const query = { domain_id: document.domain?.id ?? '' };
    const { users } = await dataOf(session.identity.GET('/v3/users', { params: { query }, signal: SIGNAL }));
    return users.map((user) => user.name).filter((name) => name.startsWith(uuid));
  }

  async stacks() {
    const path = { project_id: this.projectId };
    const { orchestration } = this.#cloud.sessionOf('demo', 'demo');
    return (await dataOf(orchestration.GET('/v1/{project_id}/stacks', { params: { path }, signal: SIGNAL }))).stacks;
  }
}

async function stopAll([mariadb, rabbitmq]: readonly [Mariadb, Rabbitmq]): Promise<void> {
  await rabbitmq.stop();
  await mariadb.stop();
}
