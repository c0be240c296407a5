// Control characters, and characters that change the direction of writing: a server's text must not be able to redraw the terminal.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const UNSAFE_BUT_LAYOUT =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return (
    SHORT[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  );
}

/** Escapes control characters, line breaks included, so that the text is one line. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Escapes control characters but line breaks and tabs. A carriage return alone is escaped, since it would overwrite the line. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE_BUT_LAYOUT, escapeCharacter);
}

/** True when the text has characters that a terminal would act on. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE_BUT_LAYOUT) >= 0;
}

/** Escapes control characters in JSON, or in YAML's double-quoted form, whose parsers restore them: the data do not change. */
export function escapeInQuotes(text: string): string {
  return text.replace(UNSAFE_BUT_LAYOUT, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** The width of a text in columns of a terminal; East Asian wide characters and most emoji have two. */
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

/** Quotes a word for a POSIX shell. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
