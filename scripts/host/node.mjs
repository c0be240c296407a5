// Other releases of Node, for what differs between them. npm has each as a package of one program; its install scripts are not run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../.cache/node/', import.meta.url));

/**
 * Path of a `node` of this major release: this process's own where it is that one, else one from npm's registry, kept in `.cache/node`.
 * @param {number} major
 * @param {(line: string) => void} log gets a line before anything is fetched
 */
export function nodeProgram(major, log = () => undefined) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const prefix = `${FOLDER}${major}`;
  const program = `${prefix}/node_modules/${name}/bin/node`;
  if (existsSync(program)) return program;
  log(`fetching Node ${major} from npm's registry (90 MB, once)`);
  mkdirSync(prefix, { recursive: true });
  const words = ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${name}@${major}`];
  const installed = spawnSync('npm', words, { encoding: 'utf8' });
  if (installed.status !== 0 || !existsSync(program))
    throw new Error(`Node ${major} could not be installed from npm: ${installed.stderr.trim().slice(-500)}`);
  return program;
}
