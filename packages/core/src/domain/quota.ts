/** The limit of a project: docs/contract/resources.md#quota. */
export interface Quota {
  readonly id: number;
  readonly projectId: string;
  readonly resource: QuotaResource;
  readonly hardLimit: number;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** Kinds of rows that a member of a project can make, each limited by itself. */
export type LimitedRow = 'bay' | 'bayModel' | 'federation' | 'x509KeyPair' | 'container' | 'nodeRecord' | 'nodeGroup';

/** Clusters are the one thing that is limited; in the domain's words they are bays. */
export const QUOTA_RESOURCE = 'Cluster';
export type QuotaResource = typeof QUOTA_RESOURCE;
