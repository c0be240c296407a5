import type { DockerClient } from '@magnum-ts/core';

export function downloadKubernetes(order: {
  /** `v1.36.3` */
  readonly version: string;
  readonly docker: DockerClient;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Another place that is laid out as dl.k8s.io is. */
  readonly releases?: string;
}): Promise<readonly { readonly path: string; readonly source: string; readonly mode?: number }[]>;
