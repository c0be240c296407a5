/** What a project may have at most: contract, resources §5. */
export interface Quota {
  readonly id: number;
  readonly projectId: string;
  readonly resource: QuotaResource;
  readonly hardLimit: number;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** Clusters are the one thing that is limited; in the domain's words they are bays. */
export const QUOTA_RESOURCE = 'Cluster';
export type QuotaResource = typeof QUOTA_RESOURCE;
