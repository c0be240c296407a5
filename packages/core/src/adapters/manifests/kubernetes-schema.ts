import { CORE_SCHEMA, Type } from 'js-yaml';

/*
 * Plain words as kubectl reads them, which is by YAML 1.1 where it differs: in `defaultMode: 0644` the number is octal, `hostNetwork: yes` is true,
 * and `<<` merges a map. By YAML 1.2 the first would be 644, a mode that Kubernetes refuses or, worse, takes.
 */

const TRUE: ReadonlySet<string> = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE: ReadonlySet<string> = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);

const truth = new Type('tag:yaml.org,2002:bool', {
  kind: 'scalar',
  resolve: (word: unknown) => typeof word === 'string' && (TRUE.has(word) || FALSE.has(word)),
  construct: (word: string) => TRUE.has(word),
});

const INTEGER = /^([-+]?)(?:0b([01]+)|0x([0-9a-f]+)|0o?([0-7]+)|(0|[1-9][0-9]*))$/i;

const integer = new Type('tag:yaml.org,2002:int', {
  kind: 'scalar',
  resolve: (word: unknown) => typeof word === 'string' && INTEGER.test(withoutUnderscores(word)),
  construct: (word: string) => {
    const [, sign, binary, hexadecimal, octal, decimal = ''] = INTEGER.exec(withoutUnderscores(word)) ?? [];
    const amount = amountOf([binary, 2], [hexadecimal, 16], [octal, 8], [decimal, 10]);
    return sign === '-' ? -amount : amount;
  },
});

function withoutUnderscores(word: string): string {
  return /^[-+]?[0-9]/.test(word) ? word.replaceAll('_', '') : word;
}

/** The number of the notation that was used. */
function amountOf(...notations: readonly (readonly [digits: string | undefined, base: number])[]): number {
  const [digits = '', base = 10] = notations.find(([given]) => given !== undefined) ?? [];
  return Number.parseInt(digits, base);
}

const merge = new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (word: unknown) => word === '<<' });

export const KUBERNETES_SCHEMA = CORE_SCHEMA.extend({ implicit: [truth, integer, merge] });
