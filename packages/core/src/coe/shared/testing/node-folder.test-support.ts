import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { NodeScripts } from '../node/scripts.js';

/** The folders of a node that its scripts use, under a temporary folder, so that a script runs as on a node and changes only that. */
export interface NodeFolder {
  readonly opt: string;
  readonly etc: string;
  readonly run: string;
  /** Path of the engine's socket. */
  readonly engine: string;
  remove(): void;
}

export function nodeFolder(scripts: NodeScripts): NodeFolder {
  const root = mkdtempSync(join(tmpdir(), 'magnum-node-'));
  const [opt, etc, run] = ['opt', 'etc', 'run'].map((name) => join(root, name)) as [string, string, string]; // three names, three paths
  for (const folder of [opt, etc, run]) mkdirSync(folder);
  const engine = join(root, 'engine.sock');
  for (const [path, name] of Object.entries(scripts.paths)) {
    const text = (scripts.files[name] ?? '')
      .replaceAll('/opt/magnum', opt)
      .replaceAll('/etc/magnum', etc)
      .replaceAll('/run/magnum', run)
      .replaceAll('/var/run/docker.sock', engine);
    writeFileSync(join(opt, basename(path)), text, { mode: 0o755 });
  }
  return { opt, etc, run, engine, remove: () => rmSync(root, { recursive: true }) };
}
