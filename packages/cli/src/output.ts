import { mayColour } from './colour.js';
import { formatAssignment, formatCell, formatCsvLine, formatField, identOf, isItem, type Item } from './cells.js';
import type { Io } from './io.js';
import type { OutputOptions } from './output-options.js';
import { formatTable, type TableOptions } from './table.js';
import { viewItems } from './views.js';
import { escapeControls, escapeInQuotes, isUnsafe, oneLine } from './text.js';

export type { Item } from './cells.js';

export interface ListOptions extends OutputOptions {
  /** The columns of a list when none are requested. */
  readonly usual: readonly string[];
}

/** Prints one row for each item. JSON and YAML have all fields unless columns are requested. */
export async function printList(io: Io, items: readonly Item[], options: ListOptions): Promise<void> {
  if (options.query !== undefined) return printChosen(io, items, options);
  const columns = options.columns.length > 0 ? options.columns : options.usual;
  if (options.format === 'json' || options.format === 'yaml')
    return printData(io, options.columns.length > 0 ? items.map((item) => pick(item, columns)) : items, options);
  if (options.format === 'name') return io.out(items.map((item) => `${identOf(item, items)}\n`).join(''));
  const cells = (item: Item): readonly string[] => columns.map((column) => formatCell(item[column], options.format));
  if (options.format === 'table')
    return io.out(formatTable(options.header ? columns : undefined, items.map(cells), tableOptions(io, options)));
  if (options.format === 'value') return io.out(items.map((item) => `${cells(item).join(' ')}\n`).join(''));
  const values = items.map((item) => columns.map((column) => item[column]));
  io.out([...(options.header ? [columns] : []), ...values].map((line) => formatCsvLine(line, options.quote)).join(''));
}

/** Prints one item of a stream: one line, also in JSON; one document in YAML. */
export function printLine(io: Io, item: Item, options: ListOptions): void {
  const columns = options.columns.length > 0 ? options.columns : options.usual;
  const shown = options.columns.length > 0 ? pick(item, columns) : item;
  if (options.format === 'json' || options.format === 'yaml')
    return io.out(`${options.format === 'yaml' ? '--- ' : ''}${escapeInQuotes(JSON.stringify(shown))}\n`);
  if (options.format === 'name') return io.out(`${identOf(item, [item])}\n`);
  const cells = columns.map((column) => formatCell(item[column], options.format));
  io.out(
    options.format === 'csv'
      ? formatCsvLine(
          columns.map((column) => item[column]),
          options.quote,
        )
      : `${cells.join(options.format === 'table' ? '  ' : ' ')}\n`,
  );
}

/** Prints one line for each field of an item. */
export async function printItem(io: Io, item: Item, options: OutputOptions): Promise<void> {
  if (options.query !== undefined) return printChosen(io, item, options);
  const shown = options.columns.length > 0 ? pick(item, options.columns) : item;
  if (options.format === 'json' || options.format === 'yaml') return printData(io, shown, options);
  if (options.format === 'name') return io.out(`${identOf(item, [item])}\n`);
  const entries = Object.entries(shown).filter(([name]) => name !== 'links' || options.columns.includes('links'));
  if (options.format === 'table') return io.out(formatItem(entries, options.header, tableOptions(io, options)));
  if (options.format === 'value') return io.out(entries.map(([, value]) => `${formatCell(value, 'value')}\n`).join(''));
  if (options.format === 'shell')
    return io.out(entries.map(([name, value]) => formatAssignment(name, value, options.prefix)).join(''));
  const lines = [...(options.header ? [entries.map(([name]) => name)] : []), entries.map(([, value]) => value)];
  io.out(lines.map((line) => formatCsvLine(line, options.quote)).join(''));
}

/** Prints what the expression of `--query` chooses: items as a list, an item by its fields, all else as values in lines. */
async function printChosen(io: Io, data: unknown, options: OutputOptions): Promise<void> {
  const chosen = await choose(data, options.query ?? '@');
  const plain = { ...options, query: undefined };
  if (options.format === 'json' || options.format === 'yaml') return printData(io, chosen, options);
  if (isItem(chosen)) return printItem(io, chosen, plain);
  if (!Array.isArray(chosen)) return io.out(chosen === null || chosen === undefined ? '' : `${formatCell(chosen, 'value')}\n`);
  if (chosen.length > 0 && chosen.every(isItem)) {
    const usual = [...new Set(chosen.flatMap((item) => Object.keys(item)))];
    return printList(io, chosen, { ...plain, usual });
  }
  const rows = chosen.map((row) => (Array.isArray(row) ? row : [row]));
  if (options.format === 'csv') return io.out(rows.map((row) => formatCsvLine(row, options.quote)).join(''));
  io.out(rows.map((row) => `${row.map((cell) => formatCell(cell, 'value')).join(' ')}\n`).join(''));
}

async function choose(data: unknown, query: string): Promise<unknown> {
  const { default: jmespath } = await import('jmespath');
  try {
    return jmespath.search(data, query);
  } catch (error) {
    // A command that has made something must not hide it.
    const result = isItem(data) ? `; the result is ${identOf(data, [data])}` : '';
    throw new Error(`--query: ${error instanceof Error ? error.message : String(error)}${result}`, { cause: error });
  }
}

function tableOptions(io: Io, { maxWidth, fitWidth }: OutputOptions): TableOptions {
  const wanted = maxWidth ?? numberOf(io.env['CLIFF_MAX_TERM_WIDTH']);
  const elsewhere = fitWidth || io.env['CLIFF_FIT_WIDTH'] === '1' ? (numberOf(io.env['COLUMNS']) ?? 80) : undefined;
  const own = (io.outIsTty ? io.outWidth : undefined) ?? elsewhere;
  return { width: wanted === undefined ? own : wanted || undefined, hasColour: mayColour(io.env, io.outIsTty) };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
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

async function printData(
  io: Io,
  data: unknown,
  { format, isCompact }: Pick<OutputOptions, 'format' | 'isCompact'>,
): Promise<void> {
  if (format === 'json') return io.out(`${escapeForJson(isCompact ? formatCompact(data) : JSON.stringify(data, null, 2))}\n`);
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

/** As openstackclient writes JSON: letters beyond ASCII are escaped. */
function escapeForJson(text: string): string {
  return escapeInQuotes(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JSON in one line, with a space after commas and colons. */
function formatCompact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatCompact).join(', ')}]`;
  if (!isItem(value)) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${formatCompact(inner)}`).join(', ')}}`;
}

/** Prints the text of a program unchanged, or with its control characters escaped on a terminal. */
export function printText(io: Io, text: string): void {
  const lines = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  io.out(io.outIsTty ? escapeControls(lines) : lines);
}

function pick(item: Item, columns: readonly string[]): Item {
  return Object.fromEntries(columns.map((column) => [column, item[column] ?? null]));
}
