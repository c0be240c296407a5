import { escapeControls, escapeInQuotes, isUnsafe, oneLine, widthOf } from './text.js';
import type { Io } from './io.js';

export const FORMATS = ['table', 'json', 'yaml', 'value', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
export type Item = Readonly<Record<string, unknown>>;

export interface OutputOptions {
  readonly format: Format;
  /** The requested columns; empty when none are. */
  readonly columns: readonly string[];
  readonly header: boolean;
}

export interface ListOptions extends OutputOptions {
  /** The columns of a list when none are requested. */
  readonly usual: readonly string[];
}

/** Prints one row for each item. JSON and YAML have all fields unless columns are requested. */
export async function printList(io: Io, items: readonly Item[], options: ListOptions): Promise<void> {
  const columns = options.columns.length > 0 ? options.columns : options.usual;
  if (options.format === 'json' || options.format === 'yaml') {
    return printData(io, options.columns.length > 0 ? items.map((item) => pick(item, columns)) : items, options.format);
  }
  const rows = items.map((item) => columns.map((column) => formatCell(item[column], options.format)));
  if (options.format === 'table') return io.out(formatTable(options.header ? columns : undefined, rows));
  if (options.format === 'value') return io.out(rows.map((row) => `${row.join(' ')}\n`).join(''));
  io.out([...(options.header ? [columns] : []), ...rows].map(formatCsvLine).join(''));
}

/** Prints one item of a stream: one line, also in JSON; one document in YAML. */
export function printLine(io: Io, item: Item, options: ListOptions): void {
  const columns = options.columns.length > 0 ? options.columns : options.usual;
  const shown = options.columns.length > 0 ? pick(item, columns) : item;
  if (options.format === 'json' || options.format === 'yaml')
    return io.out(`${options.format === 'yaml' ? '--- ' : ''}${escapeInQuotes(JSON.stringify(shown))}\n`);
  const cells = columns.map((column) => formatCell(item[column], options.format));
  io.out(options.format === 'csv' ? formatCsvLine(cells) : `${cells.join(options.format === 'table' ? '  ' : ' ')}\n`);
}

/** Prints one line for each field of an item. */
export async function printItem(io: Io, item: Item, options: OutputOptions): Promise<void> {
  const shown = options.columns.length > 0 ? pick(item, options.columns) : item;
  if (options.format === 'json' || options.format === 'yaml') return printData(io, shown, options.format);
  const entries = Object.entries(shown).filter(([name]) => name !== 'links' || options.columns.includes('links'));
  if (options.format === 'table') {
    return io.out(
      formatTable(
        options.header ? ['Field', 'Value'] : undefined,
        entries.map(([name, value]) => [oneLine(name), formatCell(value, 'table')]),
      ),
    );
  }
  const values = entries.map(([, value]) => formatCell(value, options.format));
  if (options.format === 'value') return io.out(values.map((value) => `${value}\n`).join(''));
  io.out([...(options.header ? [entries.map(([name]) => oneLine(name))] : []), values].map(formatCsvLine).join(''));
}

async function printData(io: Io, data: unknown, format: 'json' | 'yaml'): Promise<void> {
  if (format === 'json') return io.out(`${escapeInQuotes(JSON.stringify(data, null, 2))}\n`);
  const { Document, visit } = await import('yaml');
  const document = new Document(data);
  // Only YAML's double-quoted form has escape sequences.
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  io.out(escapeInQuotes(document.toString()));
}

/** Prints the text of a program unchanged, or with its control characters escaped on a terminal. */
export function printText(io: Io, text: string): void {
  const lines = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  io.out(io.outIsTty ? escapeControls(lines) : lines);
}

function pick(item: Item, columns: readonly string[]): Item {
  return Object.fromEntries(columns.map((column) => [column, item[column] ?? null]));
}

function formatCell(value: unknown, format: Format): string {
  if (value === null || value === undefined) return format === 'table' ? '-' : '';
  if (typeof value === 'string') return oneLine(value);
  if (format !== 'table' || typeof value !== 'object') return oneLine(JSON.stringify(value));
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => formatCell(item, format)).join(', ') : '-';
  return (
    Object.entries(value)
      .map(([key, item]) => `${oneLine(key)}=${formatCell(item, format)}`)
      .join(', ') || '-'
  );
}

function formatCsvLine(values: readonly string[]): string {
  return `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\n`;
}

function formatTable(header: readonly string[] | undefined, rows: readonly (readonly string[])[]): string {
  const lines = header ? [header, ...rows] : rows;
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const drawRow = (line: readonly string[]): string =>
    `|${widths.map((width, column) => ` ${line[column] ?? ''}${' '.repeat(width - widthOf(line[column] ?? ''))} `).join('|')}|\n`;
  return [rule, ...(header ? [drawRow(header), rule] : []), ...rows.map(drawRow), ...(rows.length > 0 ? [rule] : [])].join('');
}
