import type { BayId, ContainerId } from './ids.js';

export const CONTAINER_STATUSES = ['Error', 'Running', 'Stopped', 'Paused', 'Unknown'] as const;
export type ContainerStatus = (typeof CONTAINER_STATUSES)[number];

/** A container that the API manages in a bay, where the bay's engine runs containers by themselves: docs/contract/resources.md#container. */
export interface Container {
  readonly id: ContainerId;
  readonly sequence: number;
  readonly bayId: BayId;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly image: string;
  readonly command: string | null;
  /** As the caller wrote it: `512m`. */
  readonly memory: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly status: ContainerStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** What an engine needs to make a container; `hostname` identifies it (docs/contract/endpoints.md#containers). */
export interface ContainerSpec {
  readonly hostname: string;
  readonly name: string | null;
  readonly image: string;
  readonly command: string | null;
  /** Bytes */
  readonly memory: number | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerReport {
  readonly status: ContainerStatus;
  /** Name of the node that runs it, when known. */
  readonly node: string | null;
  readonly reason: string | null;
}
