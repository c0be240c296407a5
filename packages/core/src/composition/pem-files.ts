import { readFileSync } from 'node:fs';
import { DomainError } from '../domain/errors.js';

/** A file, under the name of the option that names it. */
export function readNamed(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable'; // what fs throws
    throw new DomainError('invalid-parameter', {
      field: option,
      message: `${option}: ${file} cannot be read (${why}).`,
      cause: error,
    });
  }
}

/** A file of certificates or keys: one that holds none would be passed over by TLS without a word. */
export function readPem(option: string, file: string): string {
  const text = readNamed(option, file);
  if (/-----BEGIN [A-Z0-9 ]+-----/.test(text)) return text;
  throw new DomainError('invalid-parameter', { field: option, message: `${option}: ${file} holds nothing in the form of PEM.` });
}

/** The PEM file that an option names; undefined where it names none. */
export function namedPem(option: string, file: string | null): string | undefined {
  return file === null ? undefined : readPem(option, file);
}
