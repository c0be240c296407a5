import { DomainError } from './errors.js';

/** Labels of one bay, model or group, at most; the specification says the same of each body. */
export const MOST_LABELS = 100;

/** Characters of a name or a value, at most; the specification says the same of names. */
export const LONGEST_LABEL = 255;

/** Characters of the value of a label that a driver takes longer texts in, at most; the specification says the same of values. */
export const LONGEST_TEXT = 6144;

/** What an operator allows: no more than these. */
export interface LabelBounds {
  readonly count: number;
  /** Characters of a name or a value. */
  readonly length: number;
}

/** Labels are strings on both sides, whatever JSON type the caller used (docs/contract/protocol.md#field-values). */
export type Labels = Readonly<Record<string, string>>;

export type LabelType = 'string' | 'boolean' | 'integer' | 'cidr' | 'quantity';
export interface LabelRule {
  readonly type: LabelType;
  readonly default?: string;
  readonly oneOf?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Characters of its value, where those are more than `LONGEST_LABEL`; no more than `LONGEST_TEXT`. */
  readonly longest?: number;
  /** Decided when a bay is made: an upgrade does not change it. */
  readonly fixed?: true;
  readonly meaning: string;
}
/** The labels a driver understands: validation, documentation and discovery all come from this one table. */
export type LabelSchema = Readonly<Record<string, LabelRule>>;

export interface Problem {
  readonly field: string;
  readonly message: string;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

export function isCidr(text: string): boolean {
  return parsedCidr(text) !== undefined;
}

/** An IPv4 range as its numbers: four bytes of the address, and the length of the prefix. Undefined for any other text. */
export function parsedCidr(text: string): { readonly bytes: readonly number[]; readonly length: number } | undefined {
  const [bytes, length = 33] = [CIDR.exec(text)?.slice(1, 5).map(Number), Number(CIDR.exec(text)?.[5] ?? 33)];
  return bytes?.every((byte) => byte <= 255) && length <= 32 ? { bytes, length } : undefined;
}

const CHECKS: Record<LabelType, (value: string) => boolean> = {
  string: () => true,
  boolean: (value) => /^(true|false)$/i.test(value),
  integer: (value) => /^-?\d{1,15}$/.test(value),
  cidr: isCidr,
  quantity: (value) => /^\d+([kmgt]i?)?b?$/i.test(value),
};

/** What an operator wants done about labels that a driver does not know, or cannot make sense of. */
export type LabelCheck = 'off' | 'warn' | 'enforce';

/** Ill-typed values of known labels, and labels that the driver does not know. */
export function labelProblems(schema: LabelSchema, labels: Labels): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(labels)) {
    const rule = Object.hasOwn(schema, name) ? schema[name] : undefined;
    // Each unknown name is compared with every known one, so help is given only for what a caller gets to see.
    const message = rule ? ruleBrokenBy(rule, value) : describeUnknown(schema, name, problems.length < MOST_HELPED);
    if (message) problems.push({ field: `labels.${name}`, message });
  }
  return problems;
}

/** As many as an answer has warnings. */
export const MOST_HELPED = 10;

function describeUnknown(schema: LabelSchema, name: string, helped: boolean): string {
  const meant = !helped || name.length > LONGEST_NAME ? undefined : Object.keys(schema).find((known) => isNear(known, name));
  return `no such label is read by the driver${meant ? `; did you mean ${meant}?` : ''}`;
}

const LONGEST_NAME = 64;

/** One slip of the finger apart: a letter too many, too few, or another one. Signs between words do not count. */
function isNear(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => name.toLowerCase().replaceAll(/[-. ]/g, '_')) as [string, string]; // two in, two out
  const start = [...a].findIndex((letter, index) => letter !== b[index]);
  if (start === -1) return b.length - a.length <= 1;
  return [
    [1, 1],
    [1, 0],
    [0, 1],
  ].some(([fromA = 0, fromB = 0]) => a.slice(start + fromA) === b.slice(start + fromB));
}

function ruleBrokenBy(rule: LabelRule, value: string): string | undefined {
  if (!CHECKS[rule.type](value)) return `expected ${rule.type}, got ${JSON.stringify(value.slice(0, 80))}`;
  if (rule.oneOf && !rule.oneOf.includes(value)) return `expected one of ${rule.oneOf.join(', ')}`;
  if (rule.minimum !== undefined && Number(value) < rule.minimum) return `must be at least ${rule.minimum}`;
  if (rule.maximum !== undefined && Number(value) > rule.maximum) return `must be at most ${rule.maximum}`;
  return undefined;
}

/**
 * How labels differ from those of their parent (of a cluster its template, of a node group its cluster): docs/contract/resources.md#label-differences.
 * `overridden` holds the parent's values.
 */
export function labelDifference(
  parent: Labels,
  own: Labels,
): {
  readonly overridden: Record<string, string>;
  readonly added: Record<string, string>;
  readonly skipped: Record<string, string>;
} {
  const entries = (labels: Labels, keep: (name: string, value: string) => boolean): Record<string, string> =>
    Object.fromEntries(Object.entries(labels).filter(([name, value]) => keep(name, value)));
  return {
    overridden: entries(parent, (name, value) => Object.hasOwn(own, name) && own[name] !== value),
    added: entries(own, (name) => !Object.hasOwn(parent, name)),
    skipped: entries(parent, (name) => !Object.hasOwn(own, name)),
  };
}

/** Labels as they come out: one's own in place of the parent's, or laid over them. Errors: `invalid-parameter` where both are too many. */
export function mergedLabels(parent: Labels, own: { readonly labels: Labels | null; readonly mergeLabels: boolean }): Labels {
  if (!own.mergeLabels) return own.labels ?? parent;
  const merged = { ...parent, ...own.labels };
  const count = Object.keys(merged).length;
  if (count <= MOST_LABELS) return merged;
  throw new DomainError('invalid-parameter', {
    field: 'labels',
    message: `labels: together with those that they are merged with they are ${count}; at most ${MOST_LABELS} are taken. Leave some out.`,
  });
}

export function labelValue(schema: LabelSchema, labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : schema[name]?.default;
}
