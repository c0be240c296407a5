/** A conductor's heartbeat: docs/contract/conductor.md#liveness. */
export interface MagnumService {
  readonly id: number;
  readonly host: string;
  readonly binary: string;
  readonly reportCount: number;
  readonly disabled: boolean;
  readonly disabledReason: string | null;
  readonly lastSeenUp: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** `up` while the last heartbeat is at most this old (`[DEFAULT] service_down_time`). */
export const SERVICE_DOWN_MS = 180_000;

export function serviceState(service: MagnumService, now: Date): 'up' | 'down' {
  const seen = service.lastSeenUp ?? service.updatedAt ?? service.createdAt;
  return Math.abs(now.getTime() - seen.getTime()) <= SERVICE_DOWN_MS ? 'up' : 'down';
}
