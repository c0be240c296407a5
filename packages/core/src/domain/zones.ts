import type { Labels } from './labels.js';
import type { Node } from './node.js';

/*
 * Availability zones. Servers of one zone share a room, power or a network, and go down together. The label `availability_zone` names one
 * zone or several, `a,b,c`. Of several, each new node gets the one in which its group has fewest nodes, so that three control planes in three
 * zones outlive the loss of one. The choice is stored with the node: another zone would be another server.
 */

/** The zones that the label names, in its order. */
export function zonesIn(labels: Labels): readonly string[] {
  const names = (labels['availability_zone'] ?? '').split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Zones for so many more nodes of a group; null where there is no choice. `nodes` are the group's own; those that leave do not count. */
export function zonesFor(
  zones: readonly string[],
  nodes: readonly Pick<Node, 'zone' | 'desired'>[],
  count: number,
): readonly (string | null)[] {
  if (zones.length < 2) return Array.from({ length: count }, () => null);
  const used = new Map(zones.map((zone) => [zone, 0]));
  const use = (zone: string): void => void used.set(zone, (used.get(zone) ?? 0) + 1);
  for (const { zone, desired } of nodes) if (zone !== null && desired === 'present') use(zone);
  return Array.from({ length: count }, () => {
    const chosen = zones.reduce((best, zone) => ((used.get(zone) ?? 0) < (used.get(best) ?? 0) ? zone : best));
    use(chosen);
    return chosen;
  });
}
