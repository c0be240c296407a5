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

function header(file: TarFile, size: number): Buffer {
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
