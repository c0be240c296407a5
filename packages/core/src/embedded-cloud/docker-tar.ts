import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** A plain file in a tar archive: all that the Docker Engine's archive and build calls need here. */
export interface TarFile {
  /** At most 100 bytes, relative. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Permission bits; 0644 when absent. */
  readonly mode?: number;
}

const BLOCK = 512;

/** An uncompressed ustar archive of the files, owned by root. Times are zero, so equal files give equal bytes. */
export function tarOf(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap((file) => {
    const content = Buffer.from(file.content);
    return [header(file, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** A file of this host that goes into an archive under another name. */
export interface HostFile {
  /** At most 100 bytes, relative. */
  readonly path: string;
  readonly source: string;
  /** Permission bits; 0644 when absent. */
  readonly mode?: number;
}

/** The same archive, made while it is read: for files that are too large to be held in memory. */
export function tarStreamOf(files: readonly (TarFile | HostFile)[]): Readable {
  return Readable.from(blocksOf(files), { objectMode: false });
}

async function* blocksOf(files: readonly (TarFile | HostFile)[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    const size = 'source' in file ? (await stat(file.source)).size : Buffer.byteLength(file.content);
    yield header(file, size);
    if ('source' in file) {
      // Only so much as the header says: a file that grows meanwhile would spoil the archive.
      if (size > 0) for await (const part of createReadStream(file.source, { end: size - 1 })) yield Buffer.from(part);
    } else yield Buffer.from(file.content);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(file: TarFile | HostFile, size: number): Buffer {
  if (Buffer.byteLength(file.path) > 100) throw new RangeError(`the path ${file.path} is too long for the archive`);
  const block = Buffer.alloc(BLOCK);
  block.write(file.path, 0);
  block.write(octal(file.mode ?? 0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      7,
    )}\0 `.slice(0, 8),
    148,
  );
  return block;
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, '0');
}
