import { InvalidArgumentError, Option } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** Bounds of the service: docs/api.md. */
const [LEAST, MOST] = [10, 2_592_000];

/** `--ttl`, also called `--valid-for`: the lifetime of a client certificate. Its value is a number of seconds. */
export function lifetimeOption(): Option {
  return new Option(
    '--ttl, --valid-for <time>',
    'lifetime of the client certificate: 600, 90m, 8h, 30d at most; a day by default',
  ).argParser(parseLifetime);
}

function parseLifetime(text: string): number {
  const [, amount, unit = 's'] = /^([1-9]\d{0,7})([smhd])?$/.exec(text) ?? [];
  const seconds = Number(amount) * (SECONDS[unit] ?? Number.NaN);
  if (seconds >= LEAST && seconds <= MOST) return seconds;
  throw new InvalidArgumentError('Give a time from 10 seconds to 30 days: 600, 90m, 8h, 30d.');
}
