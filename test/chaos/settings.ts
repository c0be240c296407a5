import { systemClock } from '@magnum-ts/core/testing';
import { dataOf } from '../../packages/core/src/adapters/openstack/session.js';
import { Agents } from '../openstack/agents.js';
import { ADMIN, SIGNAL, type Cloud } from '../openstack/cloud.js';

/** Over what kind of cloud a fleet is struck. */
export interface Setting {
  /** Of every bay model. */
  readonly template: Readonly<Record<string, unknown>>;
  /** How long a bay may take to settle. */
  readonly settlesWithinMs: number;
}

export const EMBEDDED: Setting = {
  template: { coe: 'swarm', image_id: 'debian-12', flavor_id: 'm1.small', keypair_id: 'default', external_network_id: 'public' },
  settlesWithinMs: 180_000,
};

/** Heat, Nova and Neutron take their time on a host that does everything at once. */
export const OPENSTACK: Setting = {
  template: {
    coe: 'swarm-mode',
    image_id: 'debian-12',
    keypair_id: 'demokey',
    flavor_id: 'm1.small',
    master_flavor_id: 'm1.small',
    external_network_id: 'public',
  },
  settlesWithinMs: 420_000,
};

const LOOK_EVERY_MS = 2_000;

/** What a real cloud holds of the fleet's bays: their nodes are played, every stack is seen, and in the end nothing may be left. */
export class CloudWatch {
  readonly token: string;
  readonly #cloud: Cloud;
  readonly #agents: Agents;
  readonly #projectId: string;
  readonly #before: ReadonlySet<string>;
  readonly #stacks = new Map<string, Set<string>>();
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  private constructor(cloud: Cloud, login: { readonly token: string; readonly projectId: string }, before: readonly string[]) {
    this.#cloud = cloud;
    this.token = login.token;
    this.#projectId = login.projectId;
    this.#before = new Set(before);
    this.#agents = new Agents(cloud, login.projectId);
    this.#watching = this.#watch();
  }

  static async over(cloud: Cloud): Promise<CloudWatch> {
    const { secret, document } = await cloud.tokenOf('demo', 'demo');
    const projectId = document.project?.id ?? '';
    return new CloudWatch(cloud, { token: secret.reveal(), projectId }, await thingsIn(cloud, projectId));
  }

  /** Names under which more than one stack has been. */
  twins(): readonly string[] {
    return [...this.#stacks].filter(([, ids]) => ids.size > 1).map(([name]) => `there were two stacks of the name ${name}`);
  }

  /** Stacks, accounts and trusts that were not there at the start. */
  async leftovers(): Promise<readonly string[]> {
    return (await thingsIn(this.#cloud, this.#projectId)).filter((thing) => !this.#before.has(thing));
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('stopped'));
    await Promise.all([this.#agents.stop(), this.#watching]);
  }

  async #watch(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const stacks = await stacksIn(this.#cloud, this.#projectId).catch(() => []);
      for (const { stack_name: name, id } of stacks) this.#stacks.set(name, (this.#stacks.get(name) ?? new Set()).add(id));
      await systemClock.sleep(LOOK_EVERY_MS, this.#ending.signal).catch(() => undefined);
    }
  }
}

async function stacksIn(cloud: Cloud, projectId: string) {
  const { orchestration } = cloud.sessionOf('demo', 'demo');
  const params = { path: { project_id: projectId } };
  return (await dataOf(orchestration.GET('/v1/{project_id}/stacks', { params, signal: SIGNAL }))).stacks;
}

async function thingsIn(cloud: Cloud, projectId: string): Promise<readonly string[]> {
  const { login, session } = cloud.trusteeAdmin();
  const { document } = await login.token(false, SIGNAL);
  const query = { domain_id: document.domain?.id ?? '' };
  const { users } = await dataOf(session.identity.GET('/v3/users', { params: { query }, signal: SIGNAL }));
  const asked = { method: 'GET', path: '/v3/OS-TRUST/trusts' };
  // Keystone's list of trusts.
  const { trusts } = (await cloud.call(ADMIN, 'identity', asked)) as { readonly trusts: readonly { readonly id: string }[] };
  return [
    ...(await stacksIn(cloud, projectId)).map(({ stack_name: name, id }) => `stack ${name} ${id}`),
    ...users.map(({ name }) => `account ${name}`),
    ...trusts.map(({ id }) => `trust ${id}`),
  ];
}
