import { operations, type Operation, type OperationId } from '@magnum-ts/openapi';
import { DomainError } from '../domain/errors.js';

export interface Route {
  readonly operation: Operation & { readonly id: OperationId };
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly operation: Operation & { readonly id: OperationId };
  readonly segments: readonly string[];
}

const PATTERNS: readonly Pattern[] = Object.values(operations)
  .map((operation) => ({ operation, segments: segmentsOf(operation.path) }))
  // Literal segments win over parameters: `/v1/bays/detail` is no bay.
  .toSorted((one, other) => placeholders(one) - placeholders(other));

/** By the number of segments: no other pattern can match. */
const BY_LENGTH: ReadonlyMap<number, readonly Pattern[]> = new Map(
  PATTERNS.map(({ segments }) => [segments.length, PATTERNS.filter((pattern) => pattern.segments.length === segments.length)]),
);

/** What a route is found by: `not-found` where no operation has that path. */
export type Lookup =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'no-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'no-path' };

/** Trailing slashes are ignored and a first segment other than `v1` stands for `/v1/…` (contract, README §1). */
export function findRoute(method: string, pathname: string): Lookup {
  const given = segmentsOf(pathname);
  const wanted = given.length === 0 || given[0] === 'v1' ? given : ['v1', ...given];
  const matching = (BY_LENGTH.get(wanted.length) ?? []).flatMap((pattern) => {
    const params = match(pattern.segments, wanted);
    return params ? [{ operation: pattern.operation, params }] : [];
  });
  // Only the most literal pattern counts: DELETE of `/v1/bays/detail` is no way to delete a bay of that name.
  const best = matching.filter((route) => route.operation.path === matching[0]?.operation.path);
  if (best.length === 0) return { kind: 'no-path' };
  const route = best.find((candidate) => candidate.operation.method === method);
  return route
    ? { kind: 'found', route }
    : { kind: 'no-method', allowed: best.map((candidate) => candidate.operation.method).toSorted() };
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function placeholders(pattern: Pattern): number {
  return pattern.segments.filter((segment) => segment.startsWith('{')).length;
}

function match(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: [string, string][] = [];
  for (const [index, segment] of pattern.entries()) {
    const text = given[index] ?? '';
    if (segment.startsWith('{')) params.push([segment.slice(1, -1), decoded(text)]);
    else if (segment !== text) return undefined;
  }
  return Object.fromEntries(params);
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    if (plain.length <= 255 && !/[\u0000-\u001f\u007f]/.test(plain)) return plain;
  } catch {
    // Falls through: what is no UTF-8 names nothing.
  }
  throw new DomainError('not-found', 'The resource could not be found: its name is not readable.');
}
