import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LabelRule } from '../../../../domain/labels.js';
import { SWARM_LABELS } from './labels.js';

const PAGE = new URL('../../../../../../../docs/swarm.md', import.meta.url);
const PLACE = /(<!-- labels: generated -->\n)([\s\S]*?)(<!-- \/labels -->)/;

function rowOf([name, rule]: [string, LabelRule]): string {
  const values = rule.oneOf ? rule.oneOf.map((value) => `\`${value}\``).join(', ') : rule.type;
  return `| \`${name}\` | ${values} | ${rule.default ? `\`${rule.default}\`` : ''} | ${rule.meaning}${rule.fixed ? ' An upgrade does not change it.' : ''} |`;
}

test('docs/swarm.md has every label as the driver reads it (UPDATE_GOLDEN=1 writes the table)', () => {
  const table = [
    '| Label | Values | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...Object.entries(SWARM_LABELS).map(rowOf),
    '',
  ].join('\n');
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['UPDATE_GOLDEN'])
    writeFileSync(
      PAGE,
      page.replace(PLACE, (_all, open: string, _old, close: string) => open + table + close),
    );
  expect(PLACE.exec(readFileSync(PAGE, 'utf8'))?.[2]).toBe(table);
});
