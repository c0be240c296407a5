import { lookup } from 'node:dns/promises';
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
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

interface Place {
  readonly url: URL;
  readonly address: string;
  readonly family: number;
}

const WITHIN_MS = 10_000;
const LONGEST_URL = 2_048;

/**
 * The text behind an address. The host is resolved once, its addresses are checked, and the connection goes to the address
 * that was checked: a name that answers differently the second time gains nothing. Redirects are not followed.
 */
export async function fetchManifest(rules: FetchRules, address: string, signal: AbortSignal): Promise<string> {
  try {
    return await underDeadline({ milliseconds: WITHIN_MS, signal }, async (limited) =>
      textAt(rules, await placeOf(rules, address, limited), limited),
    );
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DomainError) throw cause;
    const isLate = cause instanceof DeadlineError;
    throw refuseUrl(isLate ? `there was no whole answer within ${WITHIN_MS / 1_000} s` : 'there was no answer', cause);
  }
}

async function placeOf(rules: FetchRules, address: string, signal: AbortSignal): Promise<Place> {
  const url = parsedUrl(rules, address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!rules.hosts.some((pattern) => matches(pattern, host))) throw refuseUrl(`the operator does not allow the host ${host}`);
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolveHost(host, signal);
  const [first] = found;
  // One refused address is enough: a name with public and private addresses is no accident.
  const bad = rules.allowPrivate ? undefined : found.find((entry) => !isPublicAddress(entry.address));
  if (!first || bad) throw refuseUrl(`${host} is not on the public internet`);
  return { url, ...first };
}

function parsedUrl(rules: FetchRules, address: string): URL {
  if (address.length > LONGEST_URL || !URL.canParse(address)) throw refuseUrl('it is no address');
  const url = new URL(address);
  const schemes = rules.allowPlain ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw refuseUrl(`it must begin with ${schemes.join('// or ')}//`);
  if (url.username || url.password) throw refuseUrl('it must not hold a password');
  return url;
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
    throw refuseUrl(`the host ${host} is not known`, cause);
  }
}

function textAt(rules: FetchRules, { url, address, family }: Place, signal: AbortSignal): Promise<string> {
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

async function bodyOf(response: IncomingMessage): Promise<string> {
  const status = response.statusCode ?? 0;
  try {
    if (status >= 300 && status < 400) throw refuseUrl('it redirects elsewhere; give the address where the manifest is');
    if (status !== 200) throw refuseUrl(`it was answered with HTTP status ${status}`);
    const chunks: Buffer[] = [];
    let size = 0;
    // Without an encoding, a response's chunks are buffers.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_MANIFEST) throw refuseUrl(`what is there is larger than ${LARGEST_MANIFEST} bytes`);
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}

function refuseUrl(why: string, cause?: unknown): DomainError {
  return new DomainError('invalid-parameter', {
    field: 'manifest_url',
    message: `The manifest_url cannot be used: ${why}.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
