import { DomainError } from '../../../domain/errors.js';

/** Bytes of output that are kept: the last ones. */
export const MOST_OUTPUT = 1024 * 1024;
const FRAME_HEADER = 8;

/** Standard output and error in the order in which they came: frames of an eight-byte header (stream, length) and text. */
export function demultiplex(raw: Buffer): Buffer {
  const text = Buffer.allocUnsafe(raw.length);
  let size = 0;
  for (let at = 0; at + FRAME_HEADER <= raw.length;) {
    const end = at + FRAME_HEADER + raw.readUInt32BE(at + 4);
    size += raw.copy(text, size, at + FRAME_HEADER, Math.min(end, raw.length));
    at = end;
  }
  return text.subarray(0, size);
}

/** The end of a text that is too long, cut before a whole character. */
export function keepEnd(output: Buffer): string {
  if (output.length <= MOST_OUTPUT) return output.toString();
  let start = output.length - MOST_OUTPUT;
  while (start < output.length && ((output[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return output.subarray(start).toString();
}

const WORD = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(\s+)/gsy;

/** A command as words, quotes and backslashes as in a shell, and nothing else of a shell. Errors: `invalid-parameter`. */
export function splitWords(command: string): readonly string[] {
  const words: string[] = [];
  let current: string | undefined;
  let read = 0;
  for (const match of command.matchAll(WORD)) {
    const [whole, double, single, escaped, plain, space] = match;
    read += whole.length;
    if (space !== undefined) {
      if (current !== undefined) words.push(current);
      current = undefined;
    } else {
      current = (current ?? '') + (double?.replaceAll(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? plain ?? '');
    }
  }
  if (read < command.length)
    throw new DomainError('invalid-parameter', { message: 'the command has a quote that is not closed', field: 'command' });
  return current === undefined ? words : [...words, current];
}
