import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../domain/errors.js';
import { Secret } from '../../domain/secret.js';
import type { Vault } from '../../ports/certificates.js';

/**
 * A vault in a folder that all conductors share, one file for each reference, readable for their owner alone. Errors: `cloud-unavailable` when
 * the folder cannot be used.
 */
export function filesVault(folder: string): Vault {
  const fileOf = (ref: string): string => join(folder, encodeURIComponent(ref));
  const get: Vault['get'] = (ref) => inFolder(folder, async () => absentIsFine(readFile(fileOf(ref), 'utf8').then(secretOf)));
  /** Writes the whole secret under a temporary name, which no reader looks up. */
  const writeTemporary = async (secret: Secret): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `.${randomUUID()}`);
    await writeFile(path, secret.reveal(), { mode: 0o600, flag: 'wx', flush: true });
    return path;
  };
  return {
    get,
    put: (ref, secret) => inFolder(folder, async () => rename(await writeTemporary(secret), fileOf(ref))),
    keep: (ref, secret) =>
      inFolder(folder, async () => {
        const path = await writeTemporary(secret);
        await link(path, fileOf(ref)).catch((error: unknown) => {
          if (codeOf(error) !== 'EEXIST') throw error;
        });
        await rm(path, { force: true });
        return (await get(ref)) ?? secret;
      }),
    delete: (ref) => inFolder(folder, () => rm(fileOf(ref), { force: true })),
  };
}

function secretOf(text: string): Secret {
  return new Secret(text);
}

async function absentIsFine<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError('cloud-unavailable', {
      message: `The folder of certificates, ${folder}, cannot be used (${codeOf(cause) ?? 'unreadable'}).`,
      cause,
    });
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
