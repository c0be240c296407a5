// What tests of the packages share: builders of whole values and their ids, clocks, waiting, dying processes, and the suites that
// every implementation of a port has to pass. Internals of the core are not exported: a test of one imports it by its path.
export { systemClock } from '../adapters/system/clock.js';
export { systemRandom } from '../adapters/system/random.js';
export type { BayId, BayModelId, ContainerId, NodeGroupId, NodeId, StackName } from '../domain/ids.js';
export * from './builders.js';
export { CrashPoints, Killed } from './crash-points.js';
export { ManualClock } from './manual-clock.js';
export { countingProxy, countingServer, openAtMost, type CountingNeighbour, type TlsFiles } from './counting-neighbour.js';
export { aPlatform, noBounds } from './platform.js';
export { selfSigned } from './self-signed.js';
export { Hopeless, until, type UntilOptions } from './until.js';
export { answersWith, busContract, MAIN } from './contracts/bus.js';
export { orchestratorContract } from './contracts/orchestrator.js';
export { statementErrorContract } from './contracts/statement-errors.js';
export { storeContract } from './contracts/store.js';
export { pairText, vaultContract } from './contracts/vault.js';

// A real store on a database of the test's own, and the keys, rules and names that its parts are made with.
export { migrate } from '../adapters/knex/migrate.js';
export { openMariadb } from '../adapters/knex/mariadb.js';
export { coreMigrations } from '../adapters/knex/migrations/core.js';
export { embeddedMigrations } from '../adapters/knex/migrations/embedded.js';
export { knexStore } from '../adapters/knex/store.js';
export { DEFAULT_RULES } from '../adapters/policy/defaults.js';
export { policyOf } from '../adapters/policy/enforcer.js';
export { aesSealer } from '../adapters/system/sealer.js';
export { delegateUsername, trusteeUsername } from '../domain/actor.js';
export type { BayStatus } from '../domain/bay-status.js';
export { DEFAULT_SIGNING_RULES } from '../domain/certificate.js';
export type { ContainerReport, ContainerSpec, ContainerStatus } from '../domain/container.js';
export { isDomainError } from '../domain/errors.js';
export { stackNameOf } from '../domain/ids.js';
export type { Labels } from '../domain/labels.js';
export type { ManifestReport } from '../domain/manifest.js';
export { UNSEEN_NODE } from '../domain/node.js';
export { EMPTY_RECONCILER_STATE, type ReconcilerState } from '../domain/reconciler-state.js';
export type { NodeReport } from '../ports/bay-driver.js';
export type { ContainerAction, ManifestsOf, RpcHandlers } from '../ports/bus.js';
export type { Clock } from '../ports/clock.js';
export type { FactsRequest } from '../domain/facts-request.js';
export type { Trusts } from '../ports/identity.js';
export type { CloudAccess, Orchestrator, StackAddress, StackSnapshot, StackSpec } from '../ports/orchestrator.js';
export type { OrphanedResource, OrphanedResources, SweepRequest, SweepResult } from '../ports/orphans.js';
export type { Policy } from '../ports/policy.js';
export type { Lease, Store } from '../ports/store.js';
export { ANY_ADDRESS } from './any-address.js';
