import { randomBytes } from 'node:crypto';
import { baySecretRef, keyPairUse, type BaySecret, type BaySecretValue } from '../../domain/bay-secrets.js';
import { Secret } from '../../domain/secret.js';
import type { BayState } from '../bay-state.js';
import type { ConductorDeps, Fence } from '../deps.js';

export type BaySecretsDeps = Fence & Pick<ConductorDeps, 'vault' | 'authority' | 'signingRules'>;
type Bay = Pick<BayState, 'bay'>;

/*
 * Secrets that a driver declares for its bays. They are made before the stack that makes the nodes, so that a node which asks finds them.
 * Each one is kept under a reference that is derived from the bay, and the vault keeps the first value that it is given: a pass that is
 * repeated after a crash, and two conductors at one time, end with the same value.
 *
 * Invariant: nothing here is given to `render`. Templates, parameters and user data hold no secret of a bay.
 */

/** Makes every declared secret that the vault does not hold; of key pairs those of that generation. */
export async function ensureBaySecrets(
  deps: BaySecretsDeps,
  state: Bay,
  declared: readonly BaySecret[],
  generation = 0,
): Promise<void> {
  for (const secret of declared.filter(({ roles }) => roles.length > 0))
    await ensureBaySecret(deps, state, secret, secret.material === 'key-pair' ? generation : 0);
}

async function ensureBaySecret(deps: BaySecretsDeps, { bay }: Bay, secret: BaySecret, generation: number): Promise<void> {
  const ref = baySecretRef(bay.id, secret.name, generation);
  if (await deps.vault.get(ref)) return;
  const made = await makeMaterial(deps, secret, `${bay.name} ${secret.name}`);
  await deps.stillHeld();
  await deps.vault.keep(ref, new Secret(JSON.stringify(made)));
}

type Material = Omit<BaySecretValue, 'name' | 'material' | 'generation'>;

const RANDOM_BYTES = 32;

/** An authority is kept in the form of the bay's own ones, so that a vault that knows certificates keeps it as one. */
async function makeMaterial(deps: BaySecretsDeps, { material }: BaySecret, commonName: string): Promise<Material> {
  if (material === 'random-key') return { key: randomBytes(RANDOM_BYTES).toString('base64') };
  if (material === 'authority') {
    const { certificate, privateKey } = await deps.authority.createCa(commonName, deps.signingRules);
    return { certificate, privateKey: privateKey.reveal() };
  }
  const { publicKey, privateKey } = await deps.authority.createKeys(deps.signingRules);
  return { publicKey, privateKey: privateKey.reveal() };
}

/** The values of the given secrets; undefined where one is not made yet. */
export async function loadBaySecrets(
  deps: Pick<BaySecretsDeps, 'vault'>,
  state: Pick<BayState, 'bay' | 'support'>,
  declared: readonly BaySecret[],
): Promise<readonly BaySecretValue[] | undefined> {
  const found: BaySecretValue[] = [];
  for (const secret of declared) {
    const values = await loadBaySecret(deps, state, secret);
    if (!values) return undefined;
    found.push(...values);
  }
  return found;
}

async function loadBaySecret(
  deps: Pick<BaySecretsDeps, 'vault'>,
  { bay, support }: Pick<BayState, 'bay' | 'support'>,
  { name, material }: BaySecret,
): Promise<readonly BaySecretValue[] | undefined> {
  const [first, ...others] = material === 'key-pair' ? keyPairUse(support) : ([0] as const);
  const read = async (generation: number): Promise<BaySecretValue | undefined> => {
    const secret = await deps.vault.get(baySecretRef(bay.id, name, generation));
    // Only `ensureBaySecret` writes these secrets.
    return secret && { name, material, generation, ...(JSON.parse(secret.reveal()) as Material) };
  };
  const value = await read(first);
  if (!value) return undefined;
  const values = [value];
  for (const generation of others) {
    const { privateKey: _, ...verified } = (await read(generation)) ?? {};
    // While a pair is being replaced, both have to be there; the one of an earlier rotation may be gone.
    if ('name' in verified) values.push(verified);
    else if (support.rotation) return undefined;
  }
  return values;
}
