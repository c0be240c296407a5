/** The end of a sentence about the first node that a rotation waits for: how many others it waits for. */
export function alsoWaiting(others: number): string {
  if (others <= 0) return '';
  return others === 1 ? ' (1 more node is not ready)' : ` (${others} more nodes are not ready)`;
}
