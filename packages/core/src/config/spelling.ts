/** Longer texts are no names. */
const LONGEST_NAME = 64;
/** Names that are shorter differ by one slip only: two would make a third of them another word. */
const SHORT = 6;

/**
 * Whether one name is probably meant for the other: apart by a slip or two (a letter too many, too few, another one, two of them
 * exchanged). Capitals and the signs between words do not count.
 */
export function isNear(one: string, other: string): boolean {
  if (one.length > LONGEST_NAME || other.length > LONGEST_NAME) return false;
  const [a, b] = [plain(one), plain(other)];
  return slips(a, b) <= (Math.min(a.length, b.length) < SHORT ? 1 : 2);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-. ]/g, '_');
}

/** The distance of optimal string alignment. */
function slips(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const [before = [], current] = [rows[row - 1], [row]];
    for (let column = 1; column <= b.length; column += 1) {
      const changed = a[row - 1] === b[column - 1] ? 0 : 1;
      const exchanged = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(before, column) + 1,
          at(current, column - 1) + 1,
          at(before, column - 1) + changed,
          exchanged ? at(rows[row - 2] ?? [], column - 2) + 1 : Infinity,
        ),
      );
    }
    rows.push(current);
  }
  return at(rows[a.length] ?? [], b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
