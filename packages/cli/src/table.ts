/**
 * Tables, fitted to the width of a terminal.
 *
 * A row that is wider than the terminal is broken by it at any place, so that its columns can no longer be seen. So the widest columns are made
 * narrower, all to the same width, and their texts are continued on further lines, as openstackclient does. What must stay true: no text is left
 * out; lines break after spaces and punctuation where they can; and without a terminal, tables are as wide as their texts.
 */
import { colourByStatus, isStatusColumn } from './colour.js';
import { widthOf } from './text.js';

export interface TableOptions {
  /** The greatest width of a line; undefined for none. */
  readonly width: number | undefined;
  readonly hasColour: boolean;
}

/** A row of cells, whose texts may have several lines. */
export type Row = readonly string[];

/** No column is made narrower than this; a table with many columns may be wider than the terminal. */
const MIN_WIDTH = 8;

export function formatTable(header: Row | undefined, rows: readonly Row[], options: TableOptions): string {
  const lines = header ? [header, ...rows] : rows;
  const widths = fitWidths(naturalWidths(lines), options.width);
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const isField = header?.[0] === 'Field';
  const paint = (row: Row, column: number, text: string): string => {
    const name = isField ? (column === 1 ? row[0] : undefined) : header?.[column];
    return options.hasColour && text !== '' && name !== undefined && isStatusColumn(name)
      ? colourByStatus(row[column] ?? '', text)
      : text;
  };
  const drawn = rows.map((row) => drawRow(row, widths, paint)).join('');
  return [
    rule,
    ...(header ? [drawRow(header, widths, (_row, _column, text) => text), rule] : []),
    drawn,
    rows.length > 0 ? rule : '',
  ].join('');
}

function naturalWidths(lines: readonly Row[]): readonly number[] {
  return (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.flatMap((line) => (line[column] ?? '').split('\n').map((text) => widthOf(text)))),
  );
}

/** The widths of columns that together are no wider than the table may be: columns below a common limit keep theirs. */
function fitWidths(natural: readonly number[], width: number | undefined): readonly number[] {
  const usable = (width ?? Infinity) - 3 * natural.length - 1;
  let [limit, rest, open] = [Infinity, usable, natural.length];
  for (const own of [...natural].sort((a, b) => a - b)) {
    limit = Math.floor(rest / open);
    if (own > limit) break;
    [rest, open, limit] = [rest - own, open - 1, Infinity];
  }
  if (limit === Infinity) return natural;
  const common = Math.max(MIN_WIDTH, limit);
  let spare = Math.max(0, usable - natural.reduce((sum, own) => sum + Math.min(own, common), 0));
  return natural.map((own) => {
    if (own <= common) return own;
    const more = Math.min(spare, own - common);
    spare -= more;
    return common + more;
  });
}

type Paint = (row: Row, column: number, text: string) => string;

function drawRow(row: Row, widths: readonly number[], paint: Paint): string {
  const cells = widths.map((width, column) => (row[column] ?? '').split('\n').flatMap((line) => wrap(line, width)));
  const height = Math.max(...cells.map((cell) => cell.length));
  const drawLine = (at: number): string =>
    `|${widths
      .map((width, column) => {
        const text = cells[column]?.[at] ?? '';
        return ` ${paint(row, column, text)}${' '.repeat(width - widthOf(text))} `;
      })
      .join('|')}|\n`;
  return Array.from({ length: height }, (_, at) => drawLine(at)).join('');
}

/** The lines of a text in a width. Breaks at spaces; a word that is wider than a line, after punctuation or anywhere. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const append = (piece: string): boolean => {
    const isFitting = widthOf(line + piece) <= width;
    if (isFitting) line += piece;
    return isFitting;
  };
  const startLine = (): void => {
    if (line !== '') lines.push(line);
    line = '';
  };
  for (const word of text.match(/\s*\S+/g) ?? []) {
    if (append(word)) continue;
    startLine();
    for (const part of word.trimStart().match(/[^,;:/_.=-]*[,;:/_.=-]+|[^,;:/_.=-]+/g) ?? []) {
      if (append(part)) continue;
      startLine();
      for (const character of part) {
        if (append(character)) continue;
        startLine();
        line = character;
      }
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}
