import { createHash } from 'node:crypto';
import type { JsonValue } from '../../domain/json.js';
import { LARGEST_MANIFEST } from '../../domain/manifest.js';
import { postInstallUnavailable, refusePostInstall } from '../../domain/post-install.js';
import type { PostInstallSource } from '../../ports/post-install.js';
import { readDocuments, UnreadableText } from './documents.js';
import { decodeText, fetchBytes, FetchFailure, hostOf, parseAddress, type FetchRules } from './fetch-bytes.js';
import { KUBERNETES_SCHEMA } from './kubernetes-schema.js';

/** The largest manifests that projects publish, with their own kinds of objects, have some 12,000 lines; this many take half a second. */
const MOST_VALUES = 50_000;
const READING = { mostBytes: LARGEST_MANIFEST, mostValues: MOST_VALUES, schema: KUBERNETES_SCHEMA } as const;

const PLAIN =
  'it begins with http://, for which [kubernetes] manifest_url_plain has to be true: a machine on the way that changes it is an administrator of each new cluster';

/**
 * The manifest behind the address that the operator names. An operator may name a host of an internal network, so private
 * addresses are allowed here, unlike for a caller's `manifest_url`; the scheme, size and time are limited alike, and a redirect is not followed,
 * because the operator has not named where it leads. Errors: `invalid-parameter` for an address that could never be fetched.
 */
export function postInstallSource(rules: Pick<FetchRules, 'allowPlain' | 'ca'>, address: string): PostInstallSource {
  if (!rules.allowPlain && /^http:/i.test(address)) throw refusePostInstall(PLAIN);
  const host = translated(() => hostOf(parseAddress(rules, address)));
  const own: FetchRules = { ...rules, hosts: [host], allowPrivate: true };
  return {
    fetch: async (signal) => {
      const bytes = await fetchBytes(own, address, signal).catch((cause: unknown) => {
        throw translate(cause);
      });
      return { sha256: createHash('sha256').update(bytes).digest('hex'), documents: translated(() => documentsIn(bytes)) };
    },
  };
}

function documentsIn(bytes: Uint8Array): readonly JsonValue[] {
  return readDocuments(decodeText(bytes), READING);
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw translate(cause);
  }
}

/** The address itself is in no message: owners of bays read these, and it may be an internal one. */
function translate(cause: unknown): unknown {
  if (cause instanceof FetchFailure)
    return cause.mayPass
      ? postInstallUnavailable(`${cause.message}${codeOf(cause.cause)}`, cause)
      : refusePostInstall(cause.message, cause);
  return cause instanceof UnreadableText ? refusePostInstall(cause.message, cause) : cause;
}

/** ` (ECONNREFUSED)`: what the operator can look up, also about a certificate; empty where there is no code. */
function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : '';
}
