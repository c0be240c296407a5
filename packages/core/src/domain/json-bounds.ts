import type { JsonValue } from './json.js';

/**
 * Bounds on any JSON that comes from outside. What follows a parser walks what it made, often by recursion: nesting ends the
 * stack, and very many small values keep the only thread busy for seconds although they are few bytes. So both are counted
 * once, before anything else looks at the value. The count stops at the first value too many: a refusal is cheap.
 */
export interface JsonBounds {
  readonly depth: number;
  /** Members and elements at every level. */
  readonly values: number;
}

export const REQUEST_BOUNDS: JsonBounds = { depth: 32, values: 10_000 };

/** What is wrong, as the end of a sentence; undefined where nothing is. `text` is asked about every text and every name. */
export function jsonProblem(
  whole: JsonValue,
  bounds: JsonBounds,
  text?: (text: string) => string | undefined,
): string | undefined {
  const counter = { left: bounds.values };
  return problemOf(whole, 0, { bounds, counter, text });
}

interface Walk {
  readonly bounds: JsonBounds;
  readonly counter: { left: number };
  readonly text: ((text: string) => string | undefined) | undefined;
}

function problemOf(value: JsonValue, depth: number, walk: Walk): string | undefined {
  if (typeof value === 'string') return walk.text?.(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > walk.bounds.depth) return `is nested deeper than ${walk.bounds.depth} levels`;
  const names = Object.keys(value);
  if ((walk.counter.left -= names.length) < 0) return `holds more than ${walk.bounds.values} values`;
  for (const name of names) {
    // An array's keys are its indexes: there is nothing to read in them.
    const isBad = Array.isArray(value) ? undefined : walk.text?.(name);
    // Every name is one of the value's own keys.
    const problem = isBad ?? problemOf((value as Readonly<Record<string, JsonValue>>)[name] as JsonValue, depth + 1, walk);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
