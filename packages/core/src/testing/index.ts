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
