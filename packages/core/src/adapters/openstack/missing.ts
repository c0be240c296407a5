import { isDomainError } from '../../domain/errors.js';

/** The result of a call about one thing; undefined where the neighbour says that there is no such thing (404). */
export async function undefinedIfMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isDomainError(error, 'not-found')) return undefined;
    throw error;
  }
}
