const GREEK = [
  'alpha',
  'beta',
  'gamma',
  'delta',
  'epsilon',
  'zeta',
  'eta',
  'theta',
  'iota',
  'kappa',
  'lambda',
  'mu',
  'nu',
  'xi',
  'omicron',
  'pi',
  'rho',
  'sigma',
  'tau',
  'upsilon',
  'phi',
  'chi',
  'psi',
  'omega',
] as const;

/** `omega-7-bay`: the name of what came without one (docs/contract/resources.md#cluster). */
export function generatedName(
  kind: 'bay' | 'baymodel' | 'cluster' | 'template' | 'federation',
  below: (limit: number) => number,
): string {
  return `${GREEK[below(GREEK.length)] ?? 'alpha'}-${below(24) + 1}-${kind}`;
}

/*
 * A node's name is the name of its server and its host name, so that servers of several clusters can be distinguished in one project and
 * in one network's DNS: `<cluster>-<role or group>-<four hexadecimal digits>`, at most 60 characters, a label of RFC 1123. It is written
 * down when the node is wanted and never changes: nodes of earlier releases keep `worker-7f3a`. The stack calls a node by its role
 * and digits alone, as it always did, for it says that name eight times: with the whole name, 1,000 nodes would pass the 1 MiB that
 * Heat takes in a request.
 */

const LONGEST_CLUSTER = 30;
const LONGEST_GROUP = 24;
const DIGITS = /-([0-9a-f]{4})$/;

export interface NodePlace {
  readonly bay: { readonly id: string; readonly name: string };
  readonly role: 'master' | 'worker';
  /** Of a group that was added; null for the two that every bay has. */
  readonly group: string | null;
}

/** A new node's name. `taken`: the names of the bay's nodes, whose digits are not used again. */
export function nodeName(place: NodePlace, taken: ReadonlySet<string>, below: (limit: number) => number): string {
  return nodeNames(place, taken, below).next().value;
}

/** One name after the other. What is taken is looked at once: to look at it for each of a thousand nodes took a tenth of a second. */
export function* nodeNames(
  { bay, role, group }: NodePlace,
  taken: Iterable<string>,
  below: (limit: number) => number,
): Generator<string, never, undefined> {
  const cluster = hostPart(bay.name, LONGEST_CLUSTER) || `cluster-${hostPart(bay.id, 8)}`;
  const part = hostPart(group ?? role, LONGEST_GROUP) || role;
  const used = new Set([...taken].map((name) => DIGITS.exec(name)?.[1]));
  for (;;) {
    const digits = below(65_536).toString(16).padStart(4, '0');
    if (used.has(digits)) continue;
    used.add(digits);
    yield `${cluster}-${part}-${digits}`;
  }
}

/** Letters without their accents, digits, and one dash for whatever else stands between them; empty where nothing is left. */
function hostPart(text: string, longest: number): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, longest)
    .replace(/-$/, '')
    .toLowerCase();
}

/** What a stack calls the node: see above. */
export function resourceNameOf({ role, name }: { readonly role: 'master' | 'worker'; readonly name: string }): string {
  const digits = DIGITS.exec(name)?.[1];
  return digits === undefined ? name : `${role}-${digits}`;
}
