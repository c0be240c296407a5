/**
 * The reason for ending work that has not failed: its process stops, its lease is lost, or newer work replaces it. Work that ends for
 * this reason records nothing, and its rows stay in progress, so that the process that takes over continues where it ended. Recorded
 * as a failure, a restart would turn a healthy stack into a failed one.
 */
export class StopSignal extends Error {}
