import { DomainError } from '../../domain/errors.js';
import { decodeText, fetchBytes, FetchFailure, type FetchRules } from './fetch-bytes.js';

/** The text behind an address that a caller names. Errors: `invalid-parameter`, naming the field. */
export async function fetchManifest(rules: FetchRules, address: string, signal: AbortSignal): Promise<string> {
  try {
    return decodeText(await fetchBytes(rules, address, signal));
  } catch (cause) {
    if (!(cause instanceof FetchFailure)) throw cause;
    const message = `The manifest_url cannot be used: ${cause.message}.`;
    throw new DomainError('invalid-parameter', { field: 'manifest_url', message, cause });
  }
}
