/** What a request does: the two have limits of their own, because many may read at once what few may change. */
export type RequestKind = 'read' | 'write';

/** How much of the service one project may have at a time, so that none can take it from the others. */
export interface Limits {
  /**
   * Counts a request in; the answer counts it out again. A request beyond the limits waits for a moment, so that a burst is served
   * one after the other. `owner`: the project, or who asks where there is none. Errors: `too-many-requests`, with the seconds after
   * which it is worth while to try again. `signal` is asked for where the request has to wait.
   */
  enter(owner: string, kind: RequestKind, signal: () => AbortSignal): Promise<() => void>;
}
