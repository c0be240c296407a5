import type { Knex } from 'knex';
import { type Logger, openSqlite } from '@magnum-ts/core';
import {
  A_MODEL_ID,
  aBay,
  aBayModel,
  anIntent,
  aNode,
  aNodeGroup,
  aPlatform,
  type BayId,
  coreMigrations,
  EMPTY_RECONCILER_STATE,
  knexStore,
  ManualClock,
  migrate,
  type NodeGroupId,
  type NodeId,
  type Orchestrator,
  type ReconcilerState,
  type StackAddress,
  stackNameOf,
  type StackSnapshot,
} from '@magnum-ts/core/testing';
import { ENGINE_LIMITS } from '../../packages/core/src/embedded-cloud/hot-engine/validate.js';
import { noNotifier } from '../../packages/core/src/adapters/bus/notifications.js';
import { NO_LOCAL_IMAGES } from '../../packages/core/src/adapters/system/local-images.js';
import { knownAddresses } from '../../packages/core/src/conductor/known-addresses.js';
import { type ConductorRules, DEFAULT_CONDUCTOR_RULES } from '../../packages/core/src/conductor/rules.js';
import { WorkLoop } from '../../packages/core/src/conductor/work-loop.js';
import type { ConductorDeps } from '../../packages/core/src/conductor/deps.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';

/** A line of the log: the event and its fields. */
export interface Line {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The conductor's loop over a database in memory and an orchestrator whose stacks are what the test says. */
export interface ConductorFixture {
  readonly db: Knex;
  readonly clock: ManualClock;
  readonly deps: ConductorDeps;
  readonly lines: readonly Line[];
  /** Addresses of every call for many stacks. */
  readonly looks: readonly (readonly StackAddress[])[];
  /** Calls for one stack: to find it, to change it, or for its events. */
  readonly single: { calls: number };
  /** Bays in the making; `isSeen`: what `inProgress` shows of them has been recorded already. */
  addBays(count: number, options?: { readonly projectId?: string; readonly isSeen?: boolean }): Promise<readonly BayId[]>;
  loop(options?: { readonly concurrency?: number; readonly drainMs?: number; readonly owner?: string }): WorkLoop;
  close(): Promise<void>;
}

export type StackOf = (address: StackAddress) => StackSnapshot | undefined | Promise<StackSnapshot | undefined>;

export async function aConductor(stackOf: StackOf = inProgress, rules: Partial<ConductorRules> = {}): Promise<ConductorFixture> {
  const db = openSqlite(':memory:');
  await migrate(db, coreMigrations);
  const clock = ManualClock.running();
  const store = knexStore(db, clock);
  await store.write((repos) => repos.bayModels.insert(aBayModel()));
  const lines: Line[] = [];
  const looks: (readonly StackAddress[])[] = [];
  const single = { calls: 0 };
  const deps: ConductorDeps = {
    ...unused(),
    ...DEFAULT_CONDUCTOR_RULES,
    ...rules,
    ...aPlatform({ clock, logger: recorder(lines) }),
    knownAddresses: knownAddresses(),
    notifier: noNotifier,
    delegation: null,
    leftovers: null,
    localImages: NO_LOCAL_IMAGES,
    postInstall: null,
    store,
    engines: driverRegistry(false),
    orchestrator: orchestrator(stackOf, looks, single),
  };
  let made = 0;
  return {
    db,
    clock,
    deps,
    lines,
    looks,
    single,
    addBays: async (count, { projectId = 'project', isSeen = false } = {}) => {
      const ids = Array.from({ length: count }, () => idOf((made += 1)));
      await db.transaction(async (transaction) => {
        const inside = knexStore(transaction, clock);
        await inside.read(async (repos) => {
          for (const id of ids) await addBay(repos, { id, projectId, isSeen }, clock.now());
        });
      });
      return ids;
    },
    loop: (options = {}) => new WorkLoop(deps, { owner: 'conductor', concurrency: 8, drainMs: 5_000, ...options }),
    close: () => db.destroy(),
  };
}

function idOf(number: number): BayId {
  // Random bits must differ, or stack names do not.
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}` as BayId;
}

type Repositories = Parameters<Parameters<ConductorDeps['store']['read']>[0]>[0];

/** A bay in the making, with a master and a worker, everything around it in place. */
async function addBay(
  repos: Repositories,
  { id, projectId, isSeen }: { readonly id: BayId; readonly projectId: string; readonly isSeen: boolean },
  now: Date,
): Promise<void> {
  const stack = inProgress({ name: stackNameOf({ id, name: 'hive' }), projectId });
  const seen = isSeen
    ? { stackId: stack.id, acceptedGeneration: 1, masterAddresses: ['10.0.0.2'], nodeAddresses: ['10.0.0.3'] }
    : {};
  await repos.bays.insert(aBay({ id, projectId, name: 'hive', bayModelId: A_MODEL_ID, ...seen }));
  for (const role of ['master', 'worker'] as const) {
    const groupId = `${id.slice(0, 24)}${role === 'master' ? '1' : '2'}${id.slice(25)}` as NodeGroupId; // derived from the bay's
    const own = { bayId: id, createdAt: now };
    await repos.nodeGroups.insert(aNodeGroup({ ...own, id: groupId, projectId, name: `default-${role}`, role }));
    const observed = isSeen
      ? { serverId: `id-of-${role}-1-server`, privateAddress: role === 'master' ? '10.0.0.2' : '10.0.0.3' }
      : {};
    const nodeId = groupId as string as NodeId;
    await repos.nodes.insert(aNode({ ...own, id: nodeId, nodeGroupId: groupId, name: `${role}-1`, role, observed }));
  }
  await repos.intents.put(anIntent({ bayId: id, startedAt: now }));
  await repos.support.save(id, SUPPORT);
  await repos.work.wake(id);
}

const SUPPORT: ReconcilerState = {
  ...EMPTY_RECONCILER_STATE,
  trustee: { userId: 'u', username: 'n', domainId: 'd', passwordRef: 'p' },
  caRef: 'ca',
  clientRef: 'client',
  claimedGeneration: 1,
  facts: {
    authUrl: 'a',
    magnumUrl: 'm',
    regionName: 'r',
    fixedSubnetCidr: '10.0.0.0/24',
    fixedNetworkId: null,
    fixedSubnetId: null,
    externalNetworkId: null,
    cloudCa: '',
    verifyCloudCa: true,
    serverGroupPolicy: 'soft-anti-affinity',
    dockerVolumeType: null,
  },
};

/** A stack whose creation does not end. */
export function inProgress({ name }: StackAddress): StackSnapshot {
  const resource = (path: readonly string[]) =>
    ({
      path,
      type: 'node.yaml',
      physicalId: `id-of-${path.join('-')}`,
      action: 'CREATE',
      state: 'IN_PROGRESS',
      reason: '',
    }) as const;
  return {
    id: `stack-${name}`,
    name,
    action: 'CREATE',
    state: 'IN_PROGRESS',
    reason: '',
    tags: ['magnum-generation:1'],
    newestEvent: 0,
    outputs: { node_addresses: { 'master-1': { private: '10.0.0.2' }, 'worker-1': { private: '10.0.0.3' } } },
    resources: ['master-1', 'worker-1'].flatMap((node) => [
      resource([node]),
      resource([node, 'server']),
      resource([node, 'port']),
      resource([node, 'wait']),
    ]),
  };
}

export function complete(address: StackAddress): StackSnapshot {
  return { ...inProgress(address), state: 'COMPLETE' };
}

function orchestrator(stackOf: StackOf, looks: (readonly StackAddress[])[], single: { calls: number }): Orchestrator {
  const one = async <T>(answer: T | Promise<T>): Promise<T> => {
    single.calls += 1;
    return answer;
  };
  const found = async (addresses: readonly StackAddress[]) =>
    new Map(
      (await Promise.all(addresses.map(async (address) => [address.name, await stackOf(address)] as const))).flatMap(
        ([name, stack]) => (stack ? [[name, stack] as const] : []),
      ),
    );
  return {
    limits: ENGINE_LIMITS,
    findAll: (addresses) => {
      looks.push(addresses);
      return found(addresses);
    },
    find: async (names, { projectId }) => one(await found(names.map((name) => ({ name, projectId })))),
    create: () => one(Promise.reject(new Error('not expected'))),
    update: () => one(Promise.reject(new Error('not expected'))),
    delete: () => one(Promise.resolve()),
    events: () => one(Promise.resolve([])),
  };
}

function recorder(lines: Line[]): Logger {
  const write = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => void lines.push({ event, fields });
  return { debug: write, info: write, warn: write, error: write };
}

/** Parts that these tests have no use for. */
function unused(): Pick<ConductorDeps, 'identity' | 'cloud' | 'vault' | 'authority' | 'sealer'> {
  const part = new Proxy(
    {},
    {
      get: (_target, name) => (name === 'under' ? undefined : () => Promise.reject(new Error(`${String(name)} is not expected`))),
    },
  );
  // A call of any of it fails; that a vault writes under a lease is optional.
  return { identity: part, cloud: part, vault: part, authority: part, sealer: part } as unknown as ReturnType<typeof unused>;
}

export function stackNames(ids: readonly BayId[]): ReadonlySet<string> {
  return new Set(ids.map((id) => stackNameOf({ id, name: 'hive' })));
}
