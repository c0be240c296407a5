import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { DomainError } from '../domain/errors.js';

/** The content of a file that an option names; undefined where it names none. Errors: `invalid-parameter`, naming option and file. */
export function namedFile(config: Config, section: string, name: string): string | undefined {
  const file = config.text(section, name);
  return file === null ? undefined : readNamed(`[${section}] ${name}`, file);
}

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
export function namedPem(config: Config, section: string, name: string): string | undefined {
  const file = config.text(section, name);
  return file === null ? undefined : readPem(`[${section}] ${name}`, file);
}
