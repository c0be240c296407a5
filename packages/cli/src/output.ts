import { mayColour } from './colour.js';
import type { Io } from './io.js';
import { toPythonText } from './python-text.js';
import { formatTable, type TableOptions } from './table.js';
import { viewItems } from './views.js';
import { escapeControls, escapeInQuotes, isUnsafe, oneLine } from './text.js';

export const FORMATS = ['table', 'json', 'yaml', 'value', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
export type Item = Readonly<Record<string, unknown>>;

export interface OutputOptions {
  readonly format: Format;
  /** The requested columns; empty when none are. */
  readonly columns: readonly string[];
  readonly header: boolean;
  /** The greatest width of a table; the terminal's where undefined, and 0 for none. */
  readonly maxWidth: number | undefined;
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
  if (options.format === 'table')
    return io.out(formatTable(options.header ? columns : undefined, rows, tableOptions(io, options)));
  if (options.format === 'value') return io.out(rows.map((row) => `${row.join(' ')}\n`).join(''));
  const values = items.map((item) => columns.map((column) => item[column]));
  io.out([...(options.header ? [columns] : []), ...values].map(formatCsvLine).join(''));
}

/** Prints one item of a stream: one line, also in JSON; one document in YAML. */
export function printLine(io: Io, item: Item, options: ListOptions): void {
  const columns = options.columns.length > 0 ? options.columns : options.usual;
  const shown = options.columns.length > 0 ? pick(item, columns) : item;
  if (options.format === 'json' || options.format === 'yaml')
    return io.out(`${options.format === 'yaml' ? '--- ' : ''}${escapeInQuotes(JSON.stringify(shown))}\n`);
  const cells = columns.map((column) => formatCell(item[column], options.format));
  io.out(
    options.format === 'csv'
      ? formatCsvLine(columns.map((column) => item[column]))
      : `${cells.join(options.format === 'table' ? '  ' : ' ')}\n`,
  );
}

/** Prints one line for each field of an item. */
export async function printItem(io: Io, item: Item, options: OutputOptions): Promise<void> {
  const shown = options.columns.length > 0 ? pick(item, options.columns) : item;
  if (options.format === 'json' || options.format === 'yaml') return printData(io, shown, options.format);
  const entries = Object.entries(shown).filter(([name]) => name !== 'links' || options.columns.includes('links'));
  if (options.format === 'table') return io.out(formatItem(entries, options.header, tableOptions(io, options)));
  if (options.format === 'value') return io.out(entries.map(([, value]) => `${formatCell(value, 'value')}\n`).join(''));
  io.out(
    [...(options.header ? [entries.map(([name]) => name)] : []), entries.map(([, value]) => value)].map(formatCsvLine).join(''),
  );
}

function tableOptions(io: Io, { maxWidth }: OutputOptions): TableOptions {
  const own = io.outIsTty ? io.outWidth : undefined;
  return { width: maxWidth === undefined ? own : maxWidth || undefined, hasColour: mayColour(io.env, io.outIsTty) };
}

/** A table of fields and values. Rows of an own kind, such as the labels of a driver or the resources of a plan, are tables after it. */
function formatItem(entries: readonly (readonly [string, unknown])[], header: boolean, options: TableOptions): string {
  const inner = entries.flatMap(([name, value]) => (isListOfItems(value) ? [[name, value] as const] : []));
  const fields = entries.filter(([, value]) => !isListOfItems(value));
  const main = formatTable(
    header ? ['Field', 'Value'] : undefined,
    fields.map(([name, value]) => [oneLine(name), formatField(value)]),
    options,
  );
  const tables = inner.map(([name, items]) => {
    const shown = viewItems(items);
    const columns = [...new Set(shown.flatMap((item) => Object.keys(item)))];
    const rows = shown.map((item) => columns.map((column) => formatCell(item[column], 'table')));
    return `\n${oneLine(name)}:\n${formatTable(header ? columns.map(oneLine) : undefined, rows, options)}`;
  });
  return [...(fields.length > 0 || inner.length === 0 ? [main] : []), ...tables].join('');
}

function isListOfItems(value: unknown): value is readonly Item[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isItem(item));
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A cell; a map, such as labels, has one line for each key. */
function formatField(value: unknown): string {
  if (!isItem(value)) return formatCell(value, 'table');
  return (
    Object.entries(value)
      .map(([key, item]) => `${oneLine(key)}=${formatCell(item, 'table')}`)
      .join('\n') || '-'
  );
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
  if (format !== 'table') return oneLine(toPythonText(value));
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return oneLine(value);
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => formatCell(item, format)).join(', ') : '-';
  if (!isItem(value)) return oneLine(JSON.stringify(value));
  return formatField(value).replaceAll('\n', ', ');
}

/** Numbers and truth values are bare, all else is in quotes. */
function formatCsvLine(values: readonly unknown[]): string {
  const cells = values.map((value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return toPythonText(value);
    return `"${value === null || value === undefined ? '' : formatCell(value, 'csv').replaceAll('"', '""')}"`;
  });
  return `${cells.join(',')}\n`;
}
