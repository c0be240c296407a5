import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { labelTable } from '../../../shared/testing/label-table.test-support.js';
import { MESOS_LABELS } from './labels.js';

const PAGE = new URL('../../../../../../../docs/mesos.md', import.meta.url);
const PLACE = /(<!-- labels: generated -->\n)([\s\S]*?)(<!-- \/labels -->)/;

test('docs/mesos.md has every label as the driver reads it (UPDATE_GOLDEN=1 writes the table)', () => {
  const table = labelTable(MESOS_LABELS);
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['UPDATE_GOLDEN'])
    writeFileSync(
      PAGE,
      page.replace(PLACE, (_all, open: string, _old, close: string) => open + table + close),
    );
  expect(PLACE.exec(readFileSync(PAGE, 'utf8'))?.[2]).toBe(table);
});
