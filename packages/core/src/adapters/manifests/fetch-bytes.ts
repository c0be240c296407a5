import { lookup } from 'node:dns/promises';
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { LARGEST_MANIFEST } from '../../domain/manifest.js';
import { isPublicAddress } from './addresses.js';

export interface FetchRules {
  /** Hosts that manifests may come from: `example.org`, or `*.example.org` for those under it. Empty: nothing is fetched. */
  readonly hosts: readonly string[];
  /** Whether `http:` will do. */
  readonly allowPlain: boolean;
  /** Whether addresses of private networks will do. */
  readonly allowPrivate: boolean;
  /** PEM, in place of the usual authorities. */
  readonly ca?: string;
}

/** Why a manifest could not be fetched: the end of the sentence "it cannot be used: …". */
export class FetchFailure extends Error {
  /** Whether the same request may succeed later. */
  readonly mayPass: boolean;

  constructor(why: string, { mayPass = false, cause }: { readonly mayPass?: boolean; readonly cause?: unknown } = {}) {
    super(why, cause === undefined ? undefined : { cause });
    this.name = 'FetchFailure';
    this.mayPass = mayPass;
  }
}

interface Place {
  readonly url: URL;
  readonly address: string;
  readonly family: number;
}

const WITHIN_MS = 10_000;
const LONGEST_URL = 2_048;

/**
 * What is behind an address, at most `LARGEST_MANIFEST` bytes of it. The host is resolved once, its addresses are checked, and the connection goes
 * to the address that was checked: a name that answers differently the second time gains nothing. Redirects are not followed: the caller has not named the
 * place that they lead to. Errors: FetchFailure; the signal's reason where it has ended.
 */
export async function fetchBytes(rules: FetchRules, address: string, signal: AbortSignal): Promise<Buffer> {
  try {
    return await underDeadline({ milliseconds: WITHIN_MS, signal }, async (limited) =>
      bytesAt(rules, await placeOf(rules, address, limited), limited),
    );
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof FetchFailure) throw cause;
    const isLate = cause instanceof DeadlineError;
    const why = isLate ? `there was no whole answer within ${WITHIN_MS / 1_000} s` : 'there was no answer';
    throw new FetchFailure(why, { mayPass: true, cause });
  }
}

async function placeOf(rules: FetchRules, address: string, signal: AbortSignal): Promise<Place> {
  const url = parseAddress(rules, address);
  const host = hostOf(url);
  if (!rules.hosts.some((pattern) => matches(pattern, host)))
    throw new FetchFailure(`the operator does not allow the host ${host}`);
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolveHost(host, signal);
  const [first] = found;
  // One refused address is enough: a name with public and private addresses is no accident.
  const bad = rules.allowPrivate ? undefined : found.find((entry) => !isPublicAddress(entry.address));
  if (!first || bad) throw new FetchFailure(`${host} is not on the public internet`);
  return { url, ...first };
}

/** Errors: FetchFailure for what is no address, has a scheme that the rules do not allow, or holds a password. */
export function parseAddress(rules: Pick<FetchRules, 'allowPlain'>, address: string): URL {
  if (address.length > LONGEST_URL || !URL.canParse(address)) throw new FetchFailure('it is no address');
  const url = new URL(address);
  const schemes = rules.allowPlain ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw new FetchFailure(`it must begin with ${schemes.join('// or ')}//`);
  if (url.username || url.password) throw new FetchFailure('it must not hold a password');
  return url;
}

/** Name or address, the latter without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function matches(pattern: string, host: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), host.toLowerCase()];
  return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) : given === wanted;
}

async function resolveHost(host: string, signal: AbortSignal): Promise<readonly { address: string; family: number }[]> {
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  late.catch(() => undefined);
  try {
    return await Promise.race([lookup(host, { all: true }), late]);
  } catch (cause) {
    // A name may be unknown because the server of names is, so it is worth another try.
    throw new FetchFailure('its host is not known', { mayPass: true, cause });
  }
}

function bytesAt(rules: FetchRules, { url, address, family }: Place, signal: AbortSignal): Promise<Buffer> {
  const options: RequestOptions & { ca?: string } = {
    signal,
    method: 'GET',
    agent: false,
    headers: { Accept: 'application/yaml, application/json, text/plain, */*', 'Accept-Encoding': 'identity' },
    // The checked address, whatever the name stands for by now; certificates are still checked against the name.
    lookup: (_host, wanted, done) => {
      if (wanted.all) done(null, [{ address, family }]);
      else done(null, address, family);
    },
    ...(rules.ca === undefined ? {} : { ca: rules.ca }),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? tlsRequest : plainRequest;
    request(url, options, (response) => bodyOf(response).then(resolve, reject))
      .on('error', reject)
      .end();
  });
}

/** Statuses of clients' errors that say "not now". */
const PASSING: readonly number[] = [408, 425, 429];

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const status = response.statusCode ?? 0;
  try {
    if (status >= 300 && status < 400) throw new FetchFailure('it redirects elsewhere; give the address where the manifest is');
    if (status !== 200)
      throw new FetchFailure(`it was answered with HTTP status ${status}`, {
        mayPass: status >= 500 || PASSING.includes(status),
      });
    const chunks: Buffer[] = [];
    let size = 0;
    // Without an encoding, a response's chunks are buffers.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_MANIFEST) throw new FetchFailure(`what is there is larger than ${LARGEST_MANIFEST} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}

/** Errors: FetchFailure for what is no text. A byte order mark is left out. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FetchFailure('it is no text in UTF-8', { cause });
  }
}
