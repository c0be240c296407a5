import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of so many megabytes in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** Until there is no room for another page. Returns what makes room again. */
  fill(): () => void;
  remove(): void;
}

/** Without the right to mount, the answer is the reason, which the tests print. */
export function smallDisk(megabytes: number, what: string): SmallDisk | { readonly reason: string } {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { encoding: 'utf8' });
  if (mounted.status === 0) return diskAt(folder);
  rmSync(folder, { recursive: true, force: true });
  const reason = `a small file system cannot be mounted: ${(mounted.stderr || String(mounted.error)).trim()}`;
  process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return { reason };
}

function diskAt(folder: string): SmallDisk {
  return {
    folder,
    fill: () => {
      const ballast = join(folder, 'ballast');
      for (const size of [1 << 20, 4_096]) writeUntilFull(ballast, Buffer.alloc(size));
      return () => rmSync(ballast);
    },
    remove: () => {
      // Lazily: a log that was written there may still be open.
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeUntilFull(file: string, piece: Buffer): void {
  try {
    for (;;) appendFileSync(file, piece);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
