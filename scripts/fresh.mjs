// `npm run test:fresh`: the README's two commands on a machine where nothing was ever installed or started: a bare Debian 12 (debootstrap's
// minimal variant) with this Node.js and a clone of this repository, in a container that may run a Docker Engine of its own.
//
// A run on a machine that was used before proves nothing about a new one: what an earlier run installed, made or left running hides a missing
// step. Here nothing is left over: packages, caches, keys and images are all made inside, and the container is removed afterwards.
//
//   npm run test:fresh                    both commands; about an hour on two processors
//   npm run test:fresh -- --demo          the demo alone
//   npm run test:fresh -- --only PATH     some tests alone, by their paths
//   npm run test:fresh -- --keep          leaves the container; its name is printed
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ensureDocker } from './host/docker.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const IMAGE = 'magnum-ts-fresh:latest';
const NAME = `magnum-ts-fresh-${process.pid}`;
const CLONE = '/root/magnum';
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
/** Authorities that the administrator of this machine's network installed: without them no package can be fetched behind a proxy. */
const OWN_AUTHORITIES = '/usr/local/share/ca-certificates';
const COMMANDS = [
  { words: 'npm ci && npm run demo', demo: true },
  { words: 'npm ci && npm test', demo: false },
];
const INIT = `#!/bin/sh
# Makes the container's own cgroup tree writable, for the Docker Engine that will run in it.
umount /proc/sys 2>/dev/null
for mount in $(awk '$2 ~ "^/sys/fs/cgroup/" || $3 == "cgroup2" { print $2 }' /proc/mounts); do
    mount -o remount,rw "$mount" 2>/dev/null || mount -o remount,bind,rw "$mount"
done
mount --make-rshared /
exec sleep infinity
`;

const say = (line) => process.stdout.write(`${line}\n`);
const keep = process.argv.includes('--keep');
const commands = chosenCommands(process.argv);
const engine = await ensureDocker({ install: true, log: say });
if (!engine.available) {
  say(`A fresh machine needs a Docker Engine to run in: ${engine.reason}`);
  process.exit(2);
}
const results = [];
try {
  await buildImage();
  await startMachine();
  copyClone();
  for (const { words } of commands) results.push(await runInside(words));
} finally {
  if (keep) say(`The machine is left: docker exec -it ${NAME} bash; to remove it: docker rm -fv ${NAME}`);
  else docker(['rm', '-fv', NAME], { quiet: true });
  if (!keep) await engine.stop();
}
say('\nOn a fresh Debian 12:');
for (const { words, code, seconds, last } of results)
  say(`  ${words}: ${code === 0 ? 'passed' : `failed (${code})`} after ${Math.round(seconds / 60)} min; last line: ${last}`);
process.exit(results.length === commands.length && results.every(({ code }) => code === 0) ? 0 : 1);

/** Paths are this checkout's own, so they need no quotes. */
function chosenCommands(words) {
  const paths = words.includes('--only') ? words.slice(words.indexOf('--only') + 1) : [];
  if (paths.length > 0) return [{ words: `npm ci && npm test -- ${paths.join(' ')}`, demo: false }];
  return COMMANDS.filter(({ demo }) => demo || !words.includes('--demo'));
}

/** The base as Debian makes it, the network's own authorities, and the Node.js that runs this. */
async function buildImage() {
  const { ensureBaseImage, localDockerClient } = await import('@magnum-ts/core');
  const base = await ensureBaseImage(localDockerClient(), { onProgress: say }, new AbortController().signal);
  const folder = mkdtempSync(join(tmpdir(), 'magnum-fresh-'));
  try {
    mkdirSync(join(folder, 'node', 'bin'), { recursive: true });
    mkdirSync(join(folder, 'authorities'));
    cpSync(realpathSync(process.execPath), join(folder, 'node', 'bin', 'node'));
    cpSync(npmFolder(), join(folder, 'node', 'lib', 'node_modules', 'npm'), { recursive: true });
    for (const name of ['npm', 'npx'])
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'node', 'bin', name));
    for (const name of authorities()) cpSync(join(OWN_AUTHORITIES, name), join(folder, 'authorities', name));
    writeFileSync(join(folder, 'init'), INIT, { mode: 0o755 });
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM ${base.name}
COPY authorities/ ${OWN_AUTHORITIES}/
COPY node/ /usr/local/
COPY init /init
RUN update-ca-certificates
CMD ["/init"]
`,
    );
    docker(['build', '-q', '-t', IMAGE, folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function npmFolder() {
  const program = realpathSync(join(dirname(process.execPath), 'npm'));
  return dirname(dirname(program));
}

function authorities() {
  try {
    return readdirSync(OWN_AUTHORITIES).filter((name) => name.endsWith('.crt'));
  } catch {
    return [];
  }
}

async function startMachine() {
  // What a Docker Engine in a container needs: a node of the embedded cloud has the same.
  const { NODE_CAPABILITIES } = await import('@magnum-ts/core');
  const volumes = ['/var/lib/docker', '/var/lib/containerd', '/root', '/tmp'].flatMap((path) => ['-v', path]);
  docker([
    ...['run', '-d', '--init', '--name', NAME, '--hostname', 'fresh', '--cgroupns=private', '--tmpfs', '/run'],
    ...['--device-cgroup-rule', 'a *:* rwm', '--device', '/dev/kmsg'],
    ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
    ...NODE_CAPABILITIES.map((name) => `--cap-add=${name}`),
    ...volumes,
    IMAGE,
  ]);
  say(`A bare Debian 12 runs as the container ${NAME}.`);
}

/** What is committed, as `git clone` gives it to a user. */
function copyClone() {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-clone-'));
  try {
    run('git', ['clone', '-q', '--no-hardlinks', ROOT, join(folder, 'magnum')]);
    const { stdout } = spawnSync('git', ['-C', ROOT, 'status', '--porcelain'], { encoding: 'utf8' });
    if (stdout) say('Not committed, and so not in the clone:\n' + stdout.trimEnd());
    docker(['cp', join(folder, 'magnum'), `${NAME}:${CLONE}`]);
    // Inside, root owns the clone, as root would own what it cloned.
    docker(['exec', NAME, 'chown', '-R', 'root:root', CLONE]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runInside(words) {
  say(`\n# ${words}`);
  const started = Date.now();
  const env = ['HOME=/root', 'CI=true', ...(authorities().length > 0 ? [`NODE_EXTRA_CA_CERTS=${BUNDLE}`] : [])];
  const child = spawn('docker', ['exec', ...env.flatMap((pair) => ['-e', pair]), '-w', CLONE, NAME, 'bash', '-c', words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let tail = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    tail = (tail + chunk).slice(-4000);
  });
  return new Promise((done) =>
    child.once('close', (code) =>
      done({ words, code: code ?? 1, seconds: (Date.now() - started) / 1000, last: tail.trim().split('\n').at(-1) }),
    ),
  );
}

function docker(words, options = {}) {
  return run('docker', words, { ...options, env: { ...process.env, DOCKER_BUILDKIT: '0' } });
}

function run(program, words, { quiet = false, env = process.env } = {}) {
  const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], env });
  if (status === 0 || quiet) return;
  throw new Error(`${program} ${words[0]} failed: ${(stderr ?? error?.message ?? '').trim().split('\n').at(-1)}`);
}
