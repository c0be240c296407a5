// Go, with which tests build what others have written in it. Debian's is too old, so it is not installed from there.
import { spawnSync } from 'node:child_process';

/** The first version that fetches a newer one by itself when a module asks for that. */
const OLDEST_MINOR = 21;

/** The program's name or path. Throws with a one-line reason where there is none, or too old a one. */
export function goProgram() {
  for (const program of ['go', '/usr/local/go/bin/go']) {
    const { stdout } = spawnSync(program, ['version'], { encoding: 'utf8' });
    const [, minor] = /\bgo1\.(\d+)/.exec(stdout ?? '') ?? [];
    if (Number(minor) >= OLDEST_MINOR) return program;
  }
  throw new Error(`missing: go, 1.${OLDEST_MINOR} or later, from https://go.dev/dl (Debian 12 has 1.19)`);
}
