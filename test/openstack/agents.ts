import { systemClock } from '@magnum-ts/core/testing';
import { dataOf, type Session } from '../../packages/core/src/adapters/openstack/session.js';
import { stackIdIn, type HeatResource } from '../../packages/core/src/adapters/orchestrator/heat-words.js';
import { SIGNAL, wire, type Cloud } from './cloud.js';

/** Plays the nodes of servers that boot nothing: signals, as their agents would, every wait condition that waits. */
export class Agents {
  readonly #cloud: Cloud;
  readonly #session: Session;
  readonly #projectId: string;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  /** Nodes whose resource path matches report a failure instead. */
  failing: RegExp | undefined;
  signals = 0;

  constructor(cloud: Cloud, projectId: string) {
    this.#cloud = cloud;
    this.#session = cloud.sessionOf('demo', 'demo');
    this.#projectId = projectId;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('stopped'));
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      // Heat and Keystone may be away on purpose: the next round sees.
      await this.#round().catch(() => undefined);
      await systemClock.sleep(700, this.#ending.signal).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { stacks } = await dataOf(
      this.#session.orchestration.GET('/v1/{project_id}/stacks', {
        params: { path: { project_id: this.#projectId } },
        signal: SIGNAL,
      }),
    );
    for (const stack of stacks.filter(({ stack_status: status }) => /^(CREATE|UPDATE)_IN_PROGRESS$/.test(status))) {
      const path = { project_id: this.#projectId, stack_name: stack.stack_name, stack_id: stack.id };
      const { resources } = await dataOf(
        this.#session.orchestration.GET('/v1/{project_id}/stacks/{stack_name}/{stack_id}/resources', {
          params: { path, query: { nested_depth: 5 } },
          signal: SIGNAL,
        }),
      );
      for (const handle of waitingHandles(resources)) await this.#signal(handle);
    }
  }

  async #signal(handle: HeatResource): Promise<void> {
    const self = handle.links.find((link) => link.rel === 'self')?.href ?? '';
    const failed = this.failing?.test(self) === true;
    const { secret } = await this.#cloud.tokenOf('demo', 'demo');
    const reply = await wire(
      {
        method: 'POST',
        url: `${self}/signal`,
        headers: { 'content-type': 'application/json', 'x-auth-token': secret.reveal() },
        body: JSON.stringify({
          status: failed ? 'FAILURE' : 'SUCCESS',
          reason: failed ? 'the disk is full' : 'joined',
          id: handle.resource_name,
          data: JSON.stringify({ address: '10.0.0.9', token: 'SWMTKN-1-test' }),
        }),
      },
      SIGNAL,
    );
    if (reply.status < 300) this.signals += 1;
  }
}

/** Handles of the conditions without a report yet. */
function waitingHandles(resources: readonly HeatResource[]): readonly HeatResource[] {
  const waiting = new Set(
    resources
      .filter((row) => row.resource_type === 'OS::Heat::WaitCondition' && row.resource_status.endsWith('IN_PROGRESS'))
      .map((row) => `${stackIdIn(row.links) ?? ''}/${handleOf(row.resource_name)}`),
  );
  return resources.filter(
    (row) =>
      row.resource_type === 'OS::Heat::WaitConditionHandle' && waiting.has(`${stackIdIn(row.links) ?? ''}/${row.resource_name}`),
  );
}

/** `wait_condition` has `wait_handle`; so have the conditions that programs outside the service know by other names. */
function handleOf(condition: string): string {
  return condition.endsWith('_config_deployment') ? 'wait_handle' : condition.replace(/_condition$/, '_handle');
}
