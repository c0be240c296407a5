import { DomainError } from '../domain/errors.js';

/** One setting as it stands in a file. */
export interface Setting {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  /** `/etc/magnum/magnum.conf:12` */
  readonly origin: string;
}

const SECTION = /^\[([^\]]+)\]\s*$/;
const ENTRY = /^([^\s=:#;][^=:]*?)\s*[=:]\s*(.*)$/;

/**
 * Reads oslo.config's ini form: comments with # or ; at the start of a line, values that go on in indented lines, a name
 * several times for lists. Errors name file and line.
 */
export function parseIni(text: string, file: string): readonly Setting[] {
  const settings: Setting[] = [];
  let section = 'DEFAULT';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || /^[#;]/.test(line)) continue;
    const header = SECTION.exec(line)?.[1];
    const entry = ENTRY.exec(line);
    const last = settings.at(-1);
    if (header !== undefined) section = header.trim();
    else if (/^\s/.test(line) && last) settings[settings.length - 1] = { ...last, value: `${last.value}\n${line.trim()}`.trim() };
    else if (entry)
      settings.push({
        section,
        name: (entry[1] ?? '').trim(),
        value: unquote((entry[2] ?? '').trim()),
        origin: `${file}:${index + 1}`,
      });
    else throw new DomainError('invalid-parameter', `${file}:${index + 1}: expected "name = value", a [section] or a comment.`);
  }
  return settings;
}

function unquote(value: string): string {
  return /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}
