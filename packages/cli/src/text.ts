// Control characters of all kinds, and those that turn the direction of writing: a name must not be able to repaint the terminal.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const UNSAFE_BUT_LAYOUT =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return (
    SHORT[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  );
}

/** Text as one line of harmless characters. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** As `oneLine`, with line breaks and tabs left as they are; a bare carriage return is no line break, since it would overwrite the line. */
export function harmless(text: string): string {
  return text.replace(UNSAFE_BUT_LAYOUT, escaped);
}

/** True where a terminal would do something other than show the text. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE_BUT_LAYOUT) >= 0;
}

/** JSON, or YAML's double-quoted form, in which control characters are escapes that a reader turns back: the data stay what they are. */
export function escapedInQuotes(text: string): string {
  return text.replace(UNSAFE_BUT_LAYOUT, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** Columns that a text takes on a terminal; East Asian wide characters and most emoji take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return width;
}

const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
] as const;

function isWide(code: number): boolean {
  return WIDE.some(([first, last]) => code >= first && code <= last);
}

/** For a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
