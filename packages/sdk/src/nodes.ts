import { collection, type Collection } from './collection.js';
import type { Connection } from './calls.js';
import type { ChangesOf } from './patch.js';
import type { NodeListQuery, Node, NodeCreate, NodeSummary } from './types.js';

/** The servers of bays. `create` records a server that belongs to no bay; only such records can be changed and deleted. */
export type Nodes = Collection<Node, NodeSummary, NodeCreate, ChangesOf<'Node'>, NodeListQuery>;

/**
 * The calls of nodes over a connection; `magnum.nodes` of `createMagnum`.
 * @throws {MagnumError} by its calls
 * @example
 * const found = await nodes(connection).list({ bay_ident: 'web' }).toArray();
 */
export function nodes({ raw }: Connection): Nodes {
  return collection(raw, 'nodes');
}
