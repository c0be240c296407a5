import type { JsonValue } from './json.js';

/**
 * Reads the text form of a Python dict, list, string, number, True, False or None, which python-magnumclient sends for
 * structured PATCH values (docs/contract/patches.md#literals). JSON is read too. Undefined when the text is neither.
 */
export function parseLiteral(text: string): JsonValue | undefined {
  if (text.length > 65_536) return undefined;
  const reader = new LiteralReader(text);
  try {
    const value = reader.value(0);
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof LiteralError) return undefined;
    throw error;
  }
}

class LiteralError extends Error {}

const WORDS: Readonly<Record<string, JsonValue>> = { True: true, False: false, None: null, true: true, false: false, null: null };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
const DEEPEST = 16;
/** Members and elements at every level. */
const MOST_VALUES = 5_000;

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#space();
    return this.#at === this.#text.length;
  }

  value(depth: number): JsonValue {
    this.#values += 1;
    if (depth > DEEPEST || this.#values > MOST_VALUES) throw new LiteralError();
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') return this.#map(depth);
    if (next === '[' || next === '(') return this.#list(next === '[' ? ']' : ')', depth);
    if (next === "'" || next === '"') return this.#string(next);
    if (next === 'u' && /['"]/.test(this.#text[this.#at + 1] ?? '')) {
      this.#at += 1;
      return this.#string(this.#text[this.#at] ?? '');
    }
    return this.#word();
  }

  #map(depth: number): JsonValue {
    const entries: [string, JsonValue][] = [];
    this.#items('}', () => {
      const key = this.value(depth + 1);
      if (typeof key === 'object') throw new LiteralError();
      this.#expect(':');
      entries.push([String(key), this.value(depth + 1)]);
    });
    return Object.fromEntries(entries);
  }

  #list(close: string, depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.#items(close, () => items.push(this.value(depth + 1)));
    return items;
  }

  #items(close: string, item: () => void): void {
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === close) break;
      item();
      this.#space();
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#text[this.#at] !== close) throw new LiteralError();
    }
    this.#at += 1;
  }

  #string(quote: string): string {
    let result = '';
    for (this.#at += 1; this.#text[this.#at] !== quote; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new LiteralError();
      result += character === '\\' ? this.#escape() : character;
    }
    this.#at += 1;
    return result;
  }

  #escape(): string {
    this.#at += 1;
    const character = this.#text[this.#at];
    if (character === undefined) throw new LiteralError();
    const width = character === 'x' ? 2 : character === 'u' ? 4 : 0;
    if (width === 0) return ESCAPES[character] ?? character;
    const hex = this.#text.slice(this.#at + 1, this.#at + 1 + width);
    if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== width) throw new LiteralError();
    this.#at += width;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #word(): JsonValue {
    const word = /^[A-Za-z0-9+.-]+/.exec(this.#text.slice(this.#at, this.#at + 64))?.[0] ?? '';
    this.#at += word.length;
    const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (known !== undefined) return known;
    if (!/^[+-]?\d+(\.\d+)?$/.test(word)) throw new LiteralError();
    return Number(word);
  }

  #expect(character: string): void {
    this.#space();
    if (this.#text[this.#at] !== character) throw new LiteralError();
    this.#at += 1;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}
