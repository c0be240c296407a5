import { DEFAULT_SIGNING_RULES, type SigningRules } from '../domain/certificate.js';

export interface TrustRules {
  /** Roles that the nodes' trust delegates; empty: all roles of the owner's token. */
  readonly roles: readonly string[];
  /** Whether the nodes get a trust of their own: docs/contract/conductor.md#trusts. */
  readonly forNodes: boolean;
  /** Roles under which stacks are made, as far as the owner has them; all but `admin` when empty. */
  readonly delegateRoles: readonly string[];
}

export interface SweepRules {
  /** How long the cloud may take to delete orphaned resources before the deletion of the bay fails, milliseconds. */
  readonly timeoutMs: number;
  /** Whether orphaned volumes are deleted too, where no label of the bay decides it. */
  readonly deletesVolumes: boolean;
}

/** What the operator decides about the work of a conductor. */
export interface ConductorRules {
  readonly signingRules: SigningRules;
  /** How long old and new certificates are both valid while an authority is rotated, milliseconds. */
  readonly rotationOverlapMs: number;
  /** Time between two health checks of a settled bay, milliseconds; none when zero or less. */
  readonly healthIntervalMs: number;
  /** How long after its deletion a bay is swept once more, milliseconds: until then a late writer may still write. */
  readonly departedGraceMs: number;
  readonly trustRules: TrustRules;
  readonly sweepRules: SweepRules;
}

/** What holds where nothing else is configured. */
export const DEFAULT_CONDUCTOR_RULES: ConductorRules = {
  signingRules: DEFAULT_SIGNING_RULES,
  rotationOverlapMs: 300_000,
  healthIntervalMs: 60_000,
  departedGraceMs: 3_600_000,
  trustRules: { roles: [], forNodes: false, delegateRoles: [] },
  sweepRules: { timeoutMs: 60_000, deletesVolumes: false },
};
