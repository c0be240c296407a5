// `npm run bench [-- SECTION...]`: figures against their goals. All sections together are saved in docs/benchmarks.md.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { SECTIONS } from './bench/sections.mjs';

const REPORT = resolve(import.meta.dirname, '..', 'docs', 'benchmarks.md');
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  process.stderr.write(`there is no section ${unknown.join(', ')}; known are ${Object.keys(SECTIONS).join(', ')}\n`);
  process.exit(2);
}

const log = (line) => process.stdout.write(`${line}\n`);
const done = [];
for (const name of asked.length > 0 ? asked : Object.keys(SECTIONS)) {
  const [load] = loadavg();
  const section = { ...SECTIONS[name], load, rows: await SECTIONS[name].measure(log) };
  done.push(section);
  log(`\n${section.title}\n\n${tableOf(section.rows)}\n`);
}
const missed = done.flatMap((section) => section.rows).filter((row) => row.goal !== undefined && !isMet(row));
const verdict = missed.length === 0 ? 'All goals are met.' : `Missed: ${missed.map(({ what }) => what).join('; ')}.`;
if (asked.length === 0) writeFileSync(REPORT, report());
log(`${asked.length === 0 ? 'Saved in docs/benchmarks.md. ' : ''}${verdict}`);
process.exit(missed.length === 0 ? 0 : 1);

function isMet({ value, goal, atLeast = false }) {
  return atLeast ? value >= goal : value < goal;
}

function tableOf(rows) {
  const cells = rows.map((row) => [
    row.what,
    figure(row, row.value),
    goalOf(row),
    row.goal === undefined ? '' : isMet(row) ? 'met' : '**missed**',
  ]);
  const all = [['Measure', 'Figure', 'Goal', ''], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(3, ...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(all[0]), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)].join('\n');
}

function figure({ unit, digits = unit === 's' ? 2 : 0 }, value) {
  return `${value.toFixed(digits)} ${unit}`.trim();
}

function goalOf(row) {
  if (row.goal === undefined) return '';
  return `${row.atLeast ? '≥' : '<'} ${`${row.goal} ${row.unit}`.trim()}`;
}

function report() {
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}`;
  const parts = done.map(
    ({ title, note, load, rows }) =>
      `## ${title}\n\n${tableOf(rows)}\n\n${note}\nLoad of the machine at the beginning: ${load.toFixed(1)}.\n`,
  );
  return `# Benchmarks\n\nWritten by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}. ${verdict}\n\nMachine: ${machine}.\n\n${parts.join('\n')}`;
}
