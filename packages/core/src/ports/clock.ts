export interface Clock {
  now(): Date;
  /** Resolves after the time, rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
