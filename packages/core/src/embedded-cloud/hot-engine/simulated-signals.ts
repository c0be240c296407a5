import type { Tree } from './model.js';
import type { ResourceRow } from './rows.js';

const SERVER = 'OS::Nova::Server';

/**
 * Whether a wait condition waits for a server: it comes after one, or one of the stack's servers knows its handle.
 * Such a condition would never be signalled where no user data runs.
 */
export function awaitsSimulated(tree: Tree, condition: ResourceRow, handle: ResourceRow): boolean {
  const isUp = (row: ResourceRow | undefined): boolean =>
    row?.type === SERVER && !row.superseded && row.state === 'COMPLETE' && row.action !== 'INIT';
  // Nearly always it comes after its server: the servers of the whole stack need not be looked through.
  for (const id of neededBy(tree, condition)) if (isUp(tree.get(id))) return true;
  return tree.all().some((row) => isUp(row) && neededBy(tree, row).has(handle.id));
}

/** Ids of everything that must be there for a row: what it requires, what its holders require, and what is in those. */
function neededBy(tree: Tree, row: ResourceRow): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = (id: string): void => {
    const found = tree.get(id);
    if (!found || needed.has(id)) return;
    needed.add(id);
    found.requires.forEach(visit);
    tree.children(id).forEach((child) => visit(child.id));
  };
  for (let at: ResourceRow | undefined = row; at; at = tree.get(at.parentId)) at.requires.forEach(visit);
  return needed;
}
