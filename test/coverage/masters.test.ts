import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// What the service does is in test/api/wire.test.ts: an even number of masters is refused in both wordings, for every engine.
const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));

const linesOf = (page: string): readonly string[] => readFileSync(join(ROOT, page), 'utf8').split('\n');

/** The cells of the one row of a page's tables that begins with that text. */
function rowOf(page: string, subject: string): readonly string[] {
  const rows = linesOf(page).filter((line) => line.startsWith(`| ${subject} |`));
  expect(rows, `${page}: ${subject}`).toHaveLength(1);
  return (rows[0] ?? '').split('|').map((cell) => cell.trim());
}

test('the pages for users say that the number of masters is odd in the bay wording, too', () => {
  const [, , bays = '', clusters = ''] = rowOf('docs/api.md', 'masters');
  expect(bays).toMatch(/^an odd number/);
  expect(clusters).toMatch(/^an odd number/);
  const [, , , here = ''] = rowOf('docs/compatibility.md', 'number of masters');
  expect(here).toMatch(/^odd\b.*bay wording/);
});

test.each(['README.md', ...PAGES])('%s says nothing else about the number of masters or of engines', (page) => {
  const text = linesOf(page).join(' ').replaceAll(/\s+/g, ' ');
  expect(text).not.toMatch(/\b(?:any|an even|every) number of (?:masters|managers|control planes)/i);
  expect(text).not.toMatch(/\b(?:masters|managers|control planes|master_count`?) (?:may be|can be|is|are) (?:even|any number)/i);
  // There are two engines, and both agree by majority.
  expect(text).not.toMatch(/\b(?:one|only) engine (?:that is )?served/i);
});
