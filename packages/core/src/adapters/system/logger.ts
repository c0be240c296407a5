import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { Secret } from '../../domain/secret.js';
import type { Logger } from '../../ports/logger.js';

const SENSITIVE = /pass(word|phrase)?|secret|token|private_?key|authorization|cookie/i;
const DEEPEST = 6;

/** JSON lines by pino. Values of type Secret, and of fields that are named like secrets, are masked at any depth. */
export function jsonLogger(level: string, output?: DestinationStream): Logger {
  return loggerOver(output ? pino({ level }, output) : pino({ level }));
}

/** The level is a setting that may be changed while the process runs. */
export function adjustableLogger(
  level: string,
  output: DestinationStream,
): { readonly logger: Logger; setLevel(level: string): void } {
  const log = pino({ level }, output);
  return {
    logger: loggerOver(log),
    setLevel: (next) => {
      log.level = next;
    },
  };
}

function loggerOver(log: PinoLogger): Logger {
  return {
    debug: (event, fields) => log.debug(maskFields(fields), event),
    info: (event, fields) => log.info(maskFields(fields), event),
    warn: (event, fields) => log.warn(maskFields(fields), event),
    error: (event, fields) => log.error(maskFields(fields), event),
  };
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function maskFields(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  // The usual line has nothing to hide, and is not copied.
  for (const name in fields) if (isSensitive(name) || !isPlain(fields[name])) return copyMasked(fields);
  return fields;
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function copyMasked(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) safe[name] = isSensitive(name) ? '[secret]' : printableValue(value, 0);
  return safe;
}

/** For the names of fields alone: they are the code's own, and few. Names inside of values may come from outside. */
const judged = new Map<string, boolean>();

function isSensitive(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const sensitive = SENSITIVE.test(name);
  judged.set(name, sensitive);
  return sensitive;
}

function printableValue(value: unknown, depth: number): unknown {
  if (value instanceof Secret) return '[secret]';
  if (value instanceof Error)
    return {
      name: value.name,
      message: value.message,
      ...(value.cause === undefined ? {} : { cause: printableValue(value.cause, depth + 1) }),
      stack: value.stack,
    };
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => printableValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SENSITIVE.test(name) ? '[secret]' : printableValue(inner, depth + 1)]),
  );
}
