import { LONGEST_LABEL, MOST_LABELS, type LabelBounds, type LabelCheck } from '../domain/labels.js';
import type { LimitedRow } from '../domain/quota.js';
import { ROW_LIMITS } from './row-limits.js';

export type PreflightRule = 'off' | 'warn' | 'enforce';

/** What the operator decides about requests. */
export interface AppRules {
  /** `[quotas] max_clusters_per_project`: clusters of a project that has no quota of its own. */
  readonly defaultClusterQuota: number;
  /** `[quotas] max_…_per_project`: rows that a project may have of each kind. */
  readonly rowLimits: Readonly<Record<LimitedRow, number>>;
  /** `[api] label_check` */
  readonly labelCheck: LabelCheck;
  /** `[api] max_labels` and `max_label_length`: never wider than the specification's. */
  readonly labelBounds: LabelBounds;
  /** `[quotas] preflight`: what happens to a bay that needs more than its project has left. */
  readonly preflight: PreflightRule;
  /** `[trust] cluster_user_trust`: whether the nodes of bays get a trust of the owner. */
  readonly nodesHaveTrust: boolean;
}

/** What holds where nothing else is configured. */
export const DEFAULT_APP_RULES: AppRules = {
  defaultClusterQuota: 20,
  rowLimits: ROW_LIMITS,
  labelCheck: 'warn',
  labelBounds: { count: MOST_LABELS, length: LONGEST_LABEL },
  preflight: 'warn',
  nodesHaveTrust: false,
};
