import { DomainError } from '../../domain/errors.js';

/** Bytes of output that are kept: the last ones. */
export const MOST_OUTPUT = 1024 * 1024;
const FRAME_HEADER = 8;

/** Standard output and error in the order in which they came: frames of an eight-byte header (stream, length) and text. */
export function demultiplexed(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + FRAME_HEADER <= raw.length;) {
    const end = at + FRAME_HEADER + raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + FRAME_HEADER, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/** The end of the text when it is too long, from a character's beginning. */
export function bounded(output: Buffer): string {
  if (output.length <= MOST_OUTPUT) return output.toString();
  let start = output.length - MOST_OUTPUT;
  while (start < output.length && ((output[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return output.subarray(start).toString();
}

/** Everything of a stream, at most a frame's header more than is kept. Errors: `engine-failed` when it never stops. */
export async function collected(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > 16 * MOST_OUTPUT) throw new DomainError('engine-failed', 'the command writes more than 16 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts);
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
