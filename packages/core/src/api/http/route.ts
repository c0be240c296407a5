import { operations, type Operation, type OperationId } from '@magnum-ts/openapi';
import { DomainError } from '../../domain/errors.js';

type Known = Operation & { readonly id: OperationId };

export interface Route {
  readonly operation: Known;
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly segments: readonly Segment[];
  readonly byMethod: ReadonlyMap<string, Known>;
}

/** `parameter` undefined: the segment is just this text. */
interface Segment {
  readonly text: string;
  readonly parameter: string | undefined;
}

const ALL: readonly Known[] = Object.values(operations);
const PATTERNS: readonly Pattern[] = [...new Set(ALL.map(({ path }) => path))]
  .map((path) => ({
    segments: segmentsOf(path).map((text) => ({ text, parameter: text.startsWith('{') ? text.slice(1, -1) : undefined })),
    byMethod: new Map(ALL.filter((known) => known.path === path).map((known) => [known.method, known])),
  }))
  // Literal segments win over parameters: `/v1/bays/detail` is no bay.
  .toSorted((one, other) => parameters(one) - parameters(other));

/** By the number of segments: no other pattern can match. */
const BY_LENGTH: ReadonlyMap<number, readonly Pattern[]> = new Map(
  PATTERNS.map(({ segments }) => [segments.length, PATTERNS.filter((pattern) => pattern.segments.length === segments.length)]),
);

/** Paths without parameters, as most clients write them. */
const LITERAL: ReadonlyMap<string, Pattern> = new Map(
  PATTERNS.filter((pattern) => parameters(pattern) === 0).flatMap((pattern) => {
    const path = `/${pattern.segments.map(({ text }) => text).join('/')}`;
    return [path, `${path}/`].map((spelt): [string, Pattern] => [spelt, pattern]);
  }),
);

/** What a route is found by: `not-found` where no operation has that path. */
export type Lookup =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'no-method'; readonly allowed: readonly string[]; readonly public: boolean }
  | { readonly kind: 'no-path' };

/** Trailing slashes are ignored and a first segment other than `v1` stands for `/v1/…` (docs/contract/protocol.md#routing). */
export function findRoute(method: string, pathname: string): Lookup {
  const literal = LITERAL.get(pathname);
  if (literal) return lookupIn(literal, method, {});
  const given = segmentsOf(pathname);
  const wanted = given.length === 0 || given[0] === 'v1' ? given : ['v1', ...given];
  // Only the most literal pattern counts: DELETE of `/v1/bays/detail` is no way to delete a bay of that name.
  const pattern = BY_LENGTH.get(wanted.length)?.find(({ segments }) => matches(segments, wanted));
  return pattern ? lookupIn(pattern, method, parametersOf(pattern.segments, wanted)) : { kind: 'no-path' };
}

/** `HEAD` is `GET` without the body (RFC 9110, 9.3.2), wherever no operation of its own is specified. */
function lookupIn({ byMethod }: Pattern, method: string, params: Route['params']): Lookup {
  const operation = byMethod.get(method) ?? (method === 'HEAD' ? byMethod.get('GET') : undefined);
  return operation
    ? { kind: 'found', route: { operation, params } }
    : {
        kind: 'no-method',
        allowed: [...new Set([...byMethod.keys(), ...(byMethod.has('GET') ? ['HEAD'] : []), 'OPTIONS'])].toSorted(),
        public: [...byMethod.values()].every((known) => known.public),
      };
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function parameters(pattern: Pattern): number {
  return pattern.segments.filter(({ parameter }) => parameter !== undefined).length;
}

function matches(segments: readonly Segment[], given: readonly string[]): boolean {
  return segments.every(({ text, parameter }, index) => parameter !== undefined || text === given[index]);
}

function parametersOf(segments: readonly Segment[], given: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  segments.forEach(({ parameter }, index) => {
    if (parameter !== undefined) params[parameter] = decodeSegment(given[index] ?? '');
  });
  return params;
}

/** Nothing in it is encoded, and it is not too long. */
const PLAIN = /^[\w.~-]{1,255}$/;

function decodeSegment(text: string): string {
  if (PLAIN.test(text)) return text;
  try {
    const plain = decodeURIComponent(text);
    if (plain.length <= 255 && !/[\u0000-\u001f\u007f]/.test(plain)) return plain;
  } catch {
    // Falls through: what is no UTF-8 names nothing.
  }
  throw new DomainError('not-found', 'The resource could not be found: its name is not readable.');
}
