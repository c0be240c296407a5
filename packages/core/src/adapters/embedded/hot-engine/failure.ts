import { DomainError } from '../../../domain/errors.js';
import type { ResourceRow } from './rows.js';
import { ResourceFailure } from './types/type.js';

/** The failure of a resource, on its way up to the stack. */
export class PathFailure extends Error {
  readonly kind: string;
  readonly path: readonly string[];
  readonly words: string;
  /** Index members print as Heat does: `resources[0]`. */
  readonly isMember: readonly boolean[];

  constructor(cause: { readonly kind: string; readonly words: string }, path: readonly string[], isMember: readonly boolean[]) {
    super(cause.words);
    this.kind = cause.kind;
    this.words = cause.words;
    this.path = path;
    this.isMember = isMember;
  }

  /** `ResourceInError: resources.worker.resources.server: Went to status ERROR …`, from the given depth down. */
  text(depth = 0): string {
    const steps = this.path.slice(depth).map((name, index) => (this.isMember[depth + index] ? `resources[${name}]` : `resources.${name}`));
    return `${this.kind}: ${steps.join('.')}: ${this.words}`;
  }
}

/** What a resource failed of, or undefined when it is the engine that failed (its database, a mistake in it). */
export function causeOf(error: unknown): { readonly kind: string; readonly words: string } | undefined {
  if (error instanceof ResourceFailure) return { kind: error.kind, words: error.message };
  if (error instanceof DomainError && error.kind !== 'internal' && error.kind !== 'store-unavailable') return { kind: 'Error', words: error.message };
  return undefined;
}

export function pathFailure(row: ResourceRow, memberFlags: readonly boolean[], cause: { readonly kind: string; readonly words: string }): PathFailure {
  return new PathFailure(cause, row.path, memberFlags);
}
