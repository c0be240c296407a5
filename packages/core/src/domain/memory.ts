import { DomainError } from './errors.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
/** Docker refuses less. */
const LEAST_BYTES = 4 * 1024 ** 2;

/** `512m` to bytes; units b, k, m, g (docs/contract/validation.md#containers-and-manifests). */
export function parseMemory(text: string): number {
  const match = /^(\d{1,15})([bkmg]?)$/i.exec(text.trim());
  const bytes = match ? Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1) : Number.NaN;
  if (!Number.isSafeInteger(bytes)) throw badMemory(text, 'expected a number with unit b, k, m or g, such as 512m');
  if (bytes < LEAST_BYTES) throw badMemory(text, 'the least is 4m');
  return bytes;
}

function badMemory(text: string, why: string): DomainError {
  return new DomainError('invalid-parameter', {
    field: 'memory',
    message: `Invalid input for field/attribute memory. Value: '${text.slice(0, 40)}'. ${why}.`,
  });
}
