import { DomainError } from '../../domain/errors.js';

/** A template or parameter that cannot be served: final, in words that name the culprit. */
export function refuse(message: string): never {
  throw new DomainError('cloud-refused', message);
}
