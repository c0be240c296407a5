import type { Knex } from 'knex';
import type { Clock } from '../../ports/clock.js';
import type { Sealer } from '../../ports/sealer.js';
import type { Lease, Repositories, Store } from '../../ports/store.js';
import { bayEventRepository } from './bay-events.js';
import { bayModelRepository } from './bay-models.js';
import { bayRepository } from './bays.js';
import { containerRepository } from './containers.js';
import { departedBayRepository } from './departed-bays.js';
import { federationRepository } from './federations.js';
import { translateErrors } from './errors.js';
import { idempotencyRepository } from './idempotency.js';
import { intentRepository } from './intents.js';
import { magnumServiceRepository } from './magnum-services.js';
import { nodeGroupRepository } from './node-groups.js';
import { nodeRepository } from './nodes.js';
import { quotaRepository } from './quotas.js';
import { secretRepository } from './secrets.js';
import { supportRepository } from './reconciler-states.js';
import { retryTransaction } from './transactions.js';
import { x509KeyPairRepository } from './x509-key-pairs.js';
import { assertHeld, workQueue, workRepository } from './work-queue.js';

/**
 * One store for SQLite and MariaDB: whatever differs between them lives in how `db` was opened. `sealer` is for columns that hold what
 * tenants keep secret; without one, as in tests of other things, they are written in the open.
 */
export function knexStore(db: Knex, clock: Clock, sealer?: Sealer): Store {
  const queue = workQueue(db, clock);
  const outside = repositories(db, clock, sealer);
  return {
    read: (work) => translateErrors(() => work(outside)),
    write: (work) =>
      translateErrors(() =>
        retryTransaction(clock, () => db.transaction((transaction) => work(repositories(transaction, clock, sealer)))),
      ),
    writeUnder: (lease, work) =>
      translateErrors(() =>
        retryTransaction(clock, () => db.transaction((transaction) => underLease(transaction, lease, { clock, sealer }, work))),
      ),
    queue: {
      claim: (owner, limit) => translateErrors(() => retryTransaction(clock, () => queue.claim(owner, limit))),
      renewAll: (leases) => translateErrors(() => retryTransaction(clock, () => queue.renewAll(leases))),
      releaseAll: (releases) => translateErrors(() => retryTransaction(clock, () => queue.releaseAll(releases))),
      nextDue: () => translateErrors(() => queue.nextDue()),
    },
    close: () => db.destroy(),
  };
}

interface With {
  readonly clock: Clock;
  readonly sealer: Sealer | undefined;
}

async function underLease<T>(
  db: Knex,
  lease: Lease,
  { clock, sealer }: With,
  work: (repos: Repositories) => Promise<T>,
): Promise<T> {
  await assertHeld(db, lease, clock.now().getTime());
  return work(repositories(db, clock, sealer));
}

function repositories(db: Knex, clock: Clock, sealer: Sealer | undefined): Repositories {
  return {
    bayModels: bayModelRepository(db),
    bays: bayRepository(db, clock),
    nodeGroups: nodeGroupRepository(db),
    nodes: nodeRepository(db),
    intents: intentRepository(db),
    support: supportRepository(db),
    work: workRepository(db, clock),
    events: bayEventRepository(db),
    containers: containerRepository(db, sealer),
    x509KeyPairs: x509KeyPairRepository(db),
    secrets: secretRepository(db),
    departedBays: departedBayRepository(db),
    services: magnumServiceRepository(db),
    quotas: quotaRepository(db),
    federations: federationRepository(db),
    idempotency: idempotencyRepository(db),
  };
}
