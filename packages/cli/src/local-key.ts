import { ConflictError, type Magnum } from '@magnum-ts/sdk';
import { checkClientFiles, insertKey, type ClientFileSet } from './client-file-set.js';
import { createSigningRequest } from './csr.js';
import { UsageError } from './errors.js';

export interface LocalFiles extends ClientFileSet {
  /** ISO 8601; null where the engine asks for no certificate. */
  readonly expiresAt: string | null;
}

export interface LocalOrder {
  /** UUID or name. */
  readonly bay: string;
  /** Seconds; undefined: what the service gives. */
  readonly lifetime: number | undefined;
}

/**
 * The client files with a key that is created here, so that the service never has it. The service has the bay's authority sign a request, and
 * writes the files around a placeholder: what an engine's client reads is known to the engine's part of the service alone.
 */
export async function makeFilesLocally(magnum: Magnum, { bay, lifetime }: LocalOrder, signal: AbortSignal): Promise<LocalFiles> {
  const { key, csr } = await createSigningRequest({ commonName: 'admin', organization: 'system:masters' });
  const query = { csr, ...(lifetime === undefined ? {} : { valid_for: lifetime }) };
  const made = await magnum.bays.config(bay, query, { signal }).catch((error: unknown) => {
    // The bay has no address yet: the command came too early.
    throw error instanceof ConflictError ? new UsageError(error.message) : error;
  });
  const expiresAt = made.expires_at ?? null;
  if (expiresAt === null) return { ...checkClientFiles(made), expiresAt };
  if (typeof made.key_placeholder !== 'string')
    throw new UsageError(
      'The service is of an earlier release: it made a key of its own. Ask for that one with --key-from-service, or update the service',
    );
  return { ...insertKey(checkClientFiles(made), made.key_placeholder, key), expiresAt };
}
