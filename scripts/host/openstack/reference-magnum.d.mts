import type { Openstack } from '../openstack.mjs';

export interface ReferenceMagnum {
  /** Without `/v1`. */
  readonly url: string;
  /** Ends its processes and drops its database. */
  stop(): Promise<void>;
}
export function startReferenceMagnum(
  openstack: Openstack,
  options: { readonly log: (line: string) => void },
): Promise<ReferenceMagnum>;
