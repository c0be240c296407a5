/** How much of the service one project may have at a time, so that none can take it from the others. */
export interface Limits {
  /**
   * Counts a request of the project in; the answer counts it out again. Errors: `too-many-requests`, with the seconds
   * after which it is worth while to try again.
   */
  enter(projectId: string): Promise<() => void>;
}
