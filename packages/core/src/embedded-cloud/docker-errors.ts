import { DomainError, isDomainError } from '../domain/errors.js';
import { isJsonObject } from '../domain/json.js';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'EACCES',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);

/** HTTP status of the engine's answer; undefined when the failure was not an answer. */
export function engineStatus(error: unknown): number | undefined {
  const status = isFields(error) ? error['statusCode'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** The engine's own words, on one line. */
export function engineWords(error: unknown): string {
  const body = isFields(error) && isJsonObject(error['json']) ? error['json']['message'] : undefined;
  const words = typeof body === 'string' ? body : error instanceof Error ? error.message : String(error);
  return words
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 500);
}

/**
 * Runs one call to the engine. What failed becomes a DomainError that says what was being tried: unreachable engines and
 * conflicts with a running operation pass by themselves (`cloud-unavailable`), everything else is final (`cloud-refused`).
 */
export async function engineCall<T>(trying: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await call();
  } catch (cause) {
    signal.throwIfAborted();
    if (isDomainError(cause)) throw cause;
    throw new DomainError(passes(cause) ? 'cloud-unavailable' : 'cloud-refused', {
      message: `Docker Engine: could not ${trying}: ${engineWords(cause)}`,
      cause,
    });
  }
}

/** Like `engineCall`; answers undefined when the engine knows no such thing. */
export function engineFind<T>(trying: string, signal: AbortSignal, call: () => Promise<T>): Promise<T | undefined> {
  return engineCall<T | undefined>(trying, signal, () => orUndefinedOn([404], call));
}

/** Undefined when the engine answers with one of the statuses; other failures are thrown as they came. */
export async function orUndefinedOn<T>(statuses: readonly number[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statuses.includes(engineStatus(error) ?? 0)) return undefined;
    throw error;
  }
}

function passes(error: unknown): boolean {
  const status = engineStatus(error);
  if (status === 409 || status === 503) return true;
  if (status !== undefined) return /has active endpoints|device or resource busy|already in progress/.test(engineWords(error));
  const code = isFields(error) ? error['code'] : undefined;
  return typeof code === 'string' && UNREACHABLE.has(code);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
