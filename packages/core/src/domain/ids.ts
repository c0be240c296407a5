/** Identifiers are branded strings: a bay's id cannot be passed where a node's is wanted. */
export type Brand<T, B extends string> = T & { readonly __brand: B };

export type BayId = Brand<string, 'BayId'>;
export type BayModelId = Brand<string, 'BayModelId'>;
export type NodeGroupId = Brand<string, 'NodeGroupId'>;
export type NodeId = Brand<string, 'NodeId'>;
export type X509KeyPairId = Brand<string, 'X509KeyPairId'>;
export type ContainerId = Brand<string, 'ContainerId'>;
export type FederationId = Brand<string, 'FederationId'>;
export type StackName = Brand<string, 'StackName'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Twelve base-32 characters from the 60 leading random bits of a version 4 UUID: short enough for a host name,
 * and always the same for the same bay, so that a second create finds the first stack (docs/contract/conductor.md#stack-name).
 */
export function shortId(uuid: string): string {
  const hex = uuid.replaceAll('-', '').toLowerCase();
  const randomBits = BigInt(`0x${hex.slice(0, 12)}${hex.slice(13, 16)}`);
  let text = '';
  for (let shift = 55n; shift >= 0n; shift -= 5n) text += BASE32[Number((randomBits >> shift) & 31n)] ?? '';
  return text;
}

/** Heat's name of a bay's stack: readable, legal as a host name, derived from the bay alone (docs/contract/conductor.md#stack-name). */
export function stackNameOf(bay: { readonly id: BayId; readonly name: string }): StackName {
  const readable = bay.name
    .slice(0, 30)
    .replaceAll(/[_.]/g, '-')
    .replaceAll(/[^A-Za-z0-9-]/g, '');
  const name = `${readable.replace(/^-+/, '')}-${shortId(bay.id)}`.toLowerCase();
  // The brand is given here: a stack's name is what this function makes.
  return (/^[a-z]/.test(name) ? name : `bay-${name.replace(/^[^a-z0-9]+/, '')}`) as StackName;
}
