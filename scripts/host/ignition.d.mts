export interface IgnitionPrograms {
  /** Reads user data from its input, and prints as JSON what Ignition would write. */
  readonly read: string;
  /** Ignition's own `ignition-validate`. */
  readonly validate: string;
}

/** Paths of the programs; built, once, where the cache has none. */
export function buildIgnition(log: (line: string) => void): Promise<IgnitionPrograms>;
