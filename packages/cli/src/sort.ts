import { Option, type Command } from 'commander';
import type { Flags } from './arguments.js';
import type { Item } from './output.js';

/** Adds the options that sort a list after it was fetched, as openstackclient has them. */
export function addSortOptions(command: Command): void {
  command.addOption(
    new Option('--sort-column <name>', 'sort the result by this column; may be repeated').argParser(
      (value: string, before: readonly string[] | undefined) => [...(before ?? []), ...value.split(',')],
    ),
  );
  command.option('--sort-ascending', 'with --sort-column: the smallest first, as by default');
  command.addOption(new Option('--sort-descending', 'with --sort-column: the greatest first').conflicts('sortAscending'));
}

/** Sorts by the first column, and equal items by the next. Empty values are last in either direction. */
export function sortItems(items: readonly Item[], flags: Flags): readonly Item[] {
  const columns = flags['sortColumn'];
  if (!Array.isArray(columns)) return items;
  const direction = flags['sortDescending'] === true ? -1 : 1;
  const compare = (a: Item, b: Item): number =>
    columns.map(String).reduce((found, column) => found || compareValues(a[column], b[column], direction), 0);
  return items.toSorted(compare);
}

function compareValues(a: unknown, b: unknown, direction: number): number {
  const [isEmptyA, isEmptyB] = [a ?? null, b ?? null].map((value) => value === null);
  if (isEmptyA || isEmptyB) return Number(isEmptyA) - Number(isEmptyB);
  if (typeof a === 'number' && typeof b === 'number') return direction * (a - b);
  const [textA, textB] = [a, b].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return textA === textB ? 0 : direction * ((textA ?? '') < (textB ?? '') ? -1 : 1);
}
