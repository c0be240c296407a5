// The command line: what it takes to install it, and to start it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
const OURS = { '@magnum-ts/cli': 'packages/cli', '@magnum-ts/sdk': 'packages/sdk', '@magnum-ts/openapi': 'openapi' };
const STARTS = 15;

/** Installs the command line as npm does, from packed tarballs, into a new folder. The caller removes it. */
export function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-install-'));
  const queue = ['@magnum-ts/cli'];
  const packages = [];
  while (queue.length > 0) {
    const name = queue.shift() ?? '';
    if (packages.includes(name)) continue;
    packages.push(name);
    const into = join(folder, 'node_modules', name);
    mkdirSync(into, { recursive: true });
    const own = OURS[name];
    if (own === undefined) cpSync(join(ROOT, 'node_modules', name), into, { recursive: true });
    else unpack(join(ROOT, own), into);
    const { dependencies } = JSON.parse(readFileSync(join(into, 'package.json'), 'utf8'));
    queue.push(...Object.keys(dependencies ?? {}));
  }
  return { folder, packages, bytes: sizeOf(join(folder, 'node_modules')) };
}

function unpack(from, into) {
  const packing = mkdtempSync(join(tmpdir(), 'magnum-pack-'));
  try {
    const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', packing];
    const [{ filename }] = JSON.parse(
      execFileSync('npm', words, { cwd: from, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    execFileSync('tar', ['-xzf', join(packing, filename), '-C', into, '--strip-components=1']);
  } finally {
    rmSync(packing, { recursive: true, force: true });
  }
}

function sizeOf(path) {
  if (!existsSync(path)) return 0;
  const status = statSync(path);
  return status.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : status.size;
}

/** The least time of several starts, in milliseconds: other work on the machine can only add to it. */
function startMs(words, env) {
  const times = Array.from({ length: STARTS }, () => {
    const started = process.hrtime.bigint();
    execFileSync(process.execPath, words, { stdio: 'ignore', env });
    return Number(process.hrtime.bigint() - started) / 1e6;
  });
  return Math.min(...times);
}

export const CLI_NOTE = `Installed from packed tarballs, with all dependencies; the server is an optional part of its own. Starts: the least of ${STARTS}, less that of \`node -e 0\`.`;

export async function benchCli(log) {
  const { folder, packages, bytes } = installPacked();
  try {
    const program = join(folder, 'node_modules', '@magnum-ts', 'cli', 'bin', 'magnum.js');
    const env = { PATH: process.env['PATH'] };
    const bare = startMs(['-e', '0'], env);
    log(`node -e 0: ${bare.toFixed(0)} ms`);
    return [
      { what: 'packages of an installation', value: packages.length, unit: '', goal: 11 },
      { what: 'size of an installation', value: bytes / 1e6, unit: 'MB', digits: 2, goal: 5 },
      { what: '`magnum --version`, beside node', value: startMs([program, '--version'], env) - bare, unit: 'ms', goal: 40 },
      { what: '`magnum --help`, beside node', value: startMs([program, '--help'], env) - bare, unit: 'ms', goal: 70 },
      {
        what: '`magnum bay create --help`, beside node',
        value: startMs([program, 'bay', 'create', '--help'], env) - bare,
        unit: 'ms',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
