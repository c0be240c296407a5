export { storeContract } from './contracts/store.js';
export * from './builders.js';
export { ManualClock } from './manual-clock.js';
