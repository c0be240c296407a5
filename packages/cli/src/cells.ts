/** Values as texts: cells of tables, lines of csv, assignments of a shell. */
import type { Format, Quote } from './output-options.js';
import { toPythonText } from './python-text.js';
import { oneLine } from './text.js';

export type Item = Readonly<Record<string, unknown>>;

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function formatCell(value: unknown, format: Format): string {
  if (format !== 'table') return oneLine(toPythonText(value));
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return oneLine(value);
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => formatCell(item, format)).join(', ') : '-';
  if (!isItem(value)) return oneLine(JSON.stringify(value));
  return formatField(value).replaceAll('\n', ', ');
}

/** A cell; a map, such as labels, has one line for each key. */
export function formatField(value: unknown): string {
  if (!isItem(value)) return formatCell(value, 'table');
  return (
    Object.entries(value)
      .map(([key, item]) => `${oneLine(key)}=${formatCell(item, 'table')}`)
      .join('\n') || '-'
  );
}

/** By default numbers and truth values are bare, and all else is in quotes, as openstackclient has it. */
export function formatCsvLine(values: readonly unknown[], quote: Quote): string {
  const cells = values.map((value) => {
    const isBare = typeof value === 'number' || typeof value === 'boolean';
    const text = value === null || value === undefined ? '' : toPythonText(value);
    const isQuoted = quote === 'all' || (quote === 'nonnumeric' && !isBare) || (quote === 'minimal' && /[",\r\n]/.test(text));
    // Python's writer escapes its escape character, and without quotes all that would need them.
    const escaped = oneLine(text.replace(quote === 'none' ? /[\\",]/g : /\\/g, '\\$&'));
    return isQuoted ? `"${escaped.replaceAll('"', '""')}"` : escaped;
  });
  return `${cells.join(',')}\n`;
}

/** `name="my-bay"`, for `eval`. What a shell would carry out within double quotes is escaped. */
export function formatAssignment(name: string, value: unknown, prefix: string): string {
  const variable = `${prefix}${name.toLowerCase().replace(/\W/g, '_')}`;
  const safe = /^\d/.test(variable) ? `_${variable}` : variable;
  return `${safe}="${formatCell(value, 'shell').replace(/[\\"$`]/g, '\\$&')}"\n`;
}

/** What other commands call an item: its name, or its id where it has none or another one has the same. */
export function identOf(item: Item, all: readonly Item[]): string {
  const { name } = item;
  const id = item['uuid'] ?? item['id'] ?? item['project_id'];
  const isUnique = typeof name === 'string' && all.filter((other) => other['name'] === name).length === 1;
  return oneLine(String((isUnique && name !== '' ? name : id) ?? name ?? ''));
}
