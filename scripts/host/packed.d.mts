/** A package as it is published: unpacked into `folder`, with its files' paths. */
export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly unpackedBytes: number;
}

export const PACKAGES: readonly string[];
export function removeLeftOvers(path: string): void;
export function packInto(path: string, into: string): Packed;
