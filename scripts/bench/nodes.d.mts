/** Seconds of CPU for a bay of so many nodes, and for one node more. */
export interface NodesFigures {
  readonly nodes: number;
  readonly made: number;
  readonly oneMore: number;
}
export function benchNodes(sizes: readonly number[], log?: (line: string) => void): Promise<readonly NodesFigures[]>;
