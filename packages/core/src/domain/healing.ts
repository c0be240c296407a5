import { isMaster, type NodeGroup } from './node-group.js';
import type { Node } from './node.js';

/*
 * Healing. A node whose engine has not been ready for some time is replaced by another one of its group. That deletes a server, so it must not be
 * done on a suspicion: where many nodes are away at once, the network between them or the engine itself is the cause, and to replace all of them
 * would make a disturbance a loss. Nothing is replaced while the engine cannot be asked: then nothing is known of its nodes.
 */

/** Of a bay whose nodes are healed. */
export interface HealingRules {
  /** How long a node must have been away without a break, milliseconds. */
  readonly afterMs: number;
}

/** When each node was found away first, milliseconds since 1970, by its name. Nodes that are ready are not in it. */
export type AwayNodes = Readonly<Record<string, number>>;

/** Part of a group of workers that may be away for its nodes to be replaced. */
const MOST_AWAY = 0.4;

export interface HealingDecision {
  readonly away: AwayNodes;
  /** To be replaced now. */
  readonly replace: readonly Node[];
  /** Why nodes that have been away for long enough are not replaced; empty where there are none. */
  readonly held: readonly string[];
}

/** What follows from a health check. `ready`: names of the nodes that the engine calls ready. */
export function decideHealing(
  { nodes, nodeGroups }: { readonly nodes: readonly Node[]; readonly nodeGroups: readonly NodeGroup[] },
  {
    ready,
    known,
    rules,
    now,
  }: { readonly ready: ReadonlySet<string>; readonly known: AwayNodes; readonly rules: HealingRules; readonly now: Date },
): HealingDecision {
  const present = nodes.filter((node) => node.desired === 'present' && node.observed.serverId !== null);
  const absent = present.filter(({ name }) => !ready.has(name));
  const away = Object.fromEntries(absent.map(({ name }) => [name, known[name] ?? now.getTime()]));
  const due = absent.filter(({ name }) => now.getTime() - (away[name] ?? now.getTime()) >= rules.afterMs);
  const replace: Node[] = [];
  const held: string[] = [];
  for (const group of nodeGroups) {
    const ofGroup = (node: Node): boolean => node.nodeGroupId === group.id;
    const [chosen, reason] = healGroup(group, {
      all: present.filter(ofGroup),
      absent: absent.filter(ofGroup),
      due: due.filter(ofGroup),
    });
    replace.push(...chosen);
    if (reason !== undefined) held.push(reason);
  }
  return { away, replace, held };
}

interface GroupNodes {
  readonly all: readonly Node[];
  readonly absent: readonly Node[];
  readonly due: readonly Node[];
}

/** Masters one at a time, and only while the others have a majority; workers together, while few of them are away. */
function healGroup(group: NodeGroup, { all, absent, due }: GroupNodes): readonly [readonly Node[], string?] {
  const [first] = due;
  if (first === undefined) return [[]];
  const names = due.map(({ name }) => name).join(', ');
  if (isMaster(group)) {
    if ((all.length - absent.length) * 2 > all.length) return [[first]];
    return [
      [],
      `${names} cannot be replaced: ${absent.length} of ${all.length} masters are away, and the others have no majority`,
    ];
  }
  const most = Math.max(1, Math.floor(all.length * MOST_AWAY));
  if (absent.length <= most) return [due];
  return [
    [],
    `${names} ${due.length === 1 ? 'is' : 'are'} not replaced: ${absent.length} of ${all.length} nodes of ${group.name} are away at once, and at most ${most} may be`,
  ];
}
