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

/** `omega-7-bay`: the name of what came without one (contract, resources §1 and §9.1). */
export function generatedName(
  kind: 'bay' | 'baymodel' | 'cluster' | 'template' | 'federation',
  below: (limit: number) => number,
): string {
  return `${GREEK[below(GREEK.length)] ?? 'alpha'}-${below(24) + 1}-${kind}`;
}

/** A node's name: role and four hexadecimal digits, not used in the bay yet. */
export function nodeName(role: 'master' | 'worker', taken: ReadonlySet<string>, below: (limit: number) => number): string {
  for (;;) {
    const name = `${role}-${below(65_536).toString(16).padStart(4, '0')}`;
    if (!taken.has(name)) return name;
  }
}
