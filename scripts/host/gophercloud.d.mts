export interface GophercloudPrograms {
  /** Does once all that Terraform and the autoscaler ask of Magnum. */
  readonly check: string;
  /** Reads the nodes of worker groups as the autoscaler does, until its standard input ends. */
  readonly autoscaler: string;
}

/** Paths of the programs; built, once, where the cache has none. */
export function buildGophercloudPrograms(log: (line: string) => void): Promise<GophercloudPrograms>;
