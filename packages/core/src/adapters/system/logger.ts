import { pino, type DestinationStream } from 'pino';
import { Secret } from '../../domain/secret.js';
import type { Logger } from '../../ports/logger.js';

const SENSITIVE = /pass(word|phrase)?|secret|token|private_?key|authorization|cookie/i;
const DEEPEST = 6;

/** JSON lines by pino. Values of type Secret, and of fields that are named like secrets, are masked at any depth. */
export function jsonLogger(level: string, destination?: DestinationStream): Logger {
  const log = destination ? pino({ level }, destination) : pino({ level });
  return {
    debug: (event, fields) => log.debug(masked(fields), event),
    info: (event, fields) => log.info(masked(fields), event),
    warn: (event, fields) => log.warn(masked(fields), event),
    error: (event, fields) => log.error(masked(fields), event),
  };
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function masked(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SENSITIVE.test(name) ? '[secret]' : shown(value, 0)]),
  );
}

function shown(value: unknown, depth: number): unknown {
  if (value instanceof Secret) return '[secret]';
  if (value instanceof Error)
    return {
      name: value.name,
      message: value.message,
      ...(value.cause === undefined ? {} : { cause: shown(value.cause, depth + 1) }),
      stack: value.stack,
    };
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => shown(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SENSITIVE.test(name) ? '[secret]' : shown(inner, depth + 1)]),
  );
}
