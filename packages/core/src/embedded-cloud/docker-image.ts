import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finishProgress } from '../docker/progress.js';
import { tarStreamOf, type HostFile, type TarFile } from './docker-tar.js';
import type { DockerClient } from '../docker/client.js';
import { DeadlineError, underDeadline } from '../concurrency/deadline.js';
import { DomainError } from '../domain/errors.js';
import { Allowance } from '../http/bounded-http.js';
import { engineCall, engineFind, engineWords } from './docker-errors.js';

export interface ImageOptions {
  /** A line for people: long steps announce themselves. */
  readonly onProgress: (line: string) => void;
}

const PUBLIC_BASE = 'debian:bookworm';
/** A name of the project's own: an imported tree must not pass for Debian's image. */
const OWN_BASE = 'magnum-ts-base:bookworm';
const PULL_WITHIN = 20_000;
/** Bytes of what an engine says while it builds or pulls, of which nothing is kept. */
const MOST_PROGRESS = 64 * 1024 ** 2;
/** Characters of a line of progress. */
const MOST_SHOWN = 120;
export const HELLO_IMAGE = 'magnum-ts-hello:1';

/** Name of the node image, built if this version of it is absent. Errors: `cloud-refused`, `cloud-unavailable`. */
export async function ensureNodeImage(
  docker: DockerClient,
  options: ImageOptions,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  const files = await assetFiles('node-image');
  const name = `magnum-ts-node:${hashOf(files)}`;
  if (await hasImage(docker, name, signal)) return { name };
  const base = await ensureBaseImage(docker, options, signal);
  options.onProgress(`building the node image ${name} (two to five minutes, once)`);
  await build(docker, { name, files, buildArguments: { BASE: base.name }, ...options }, signal);
  options.onProgress(`the node image ${name} is ready`);
  return { name };
}

/** A tiny image for demonstrations and tests where no registry answers: prints a line, then sleeps. Has /bin/sh. */
export async function ensureHelloImage(
  docker: DockerClient,
  options: ImageOptions,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  if (await hasImage(docker, HELLO_IMAGE, signal)) return { name: HELLO_IMAGE };
  const node = await ensureNodeImage(docker, options, signal);
  const dockerfile = `ARG NODE\nFROM \${NODE} AS node\nFROM scratch\nCOPY --from=node /bin/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
CMD ["/bin/sh", "-c", "echo Hello from a container of Magnum; trap 'exit 0' TERM; while :; do sleep 1; done"]\n`;
  const files = [{ path: 'Dockerfile', content: dockerfile }];
  await build(docker, { name: HELLO_IMAGE, files, buildArguments: { NODE: node.name }, ...options }, signal);
  return { name: HELLO_IMAGE };
}

async function hasImage(docker: DockerClient, name: string, signal: AbortSignal): Promise<boolean> {
  return (await engineFind(`look for the image ${name}`, signal, () => docker.inspectImage(name))) !== undefined;
}

/** Files of a folder of this package's assets, by name. */
export async function assetFiles(asset: 'node-image' | 'kubernetes-image' | 'mesos-image'): Promise<readonly TarFile[]> {
  const folder = fileURLToPath(new URL(`../../assets/${asset}/`, import.meta.url));
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (path) => ({ path, content: await readFile(join(folder, path)) })));
}

export function hashOf(files: readonly TarFile[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.path}\0${file.content.length}\0`).update(file.content);
  return hash.digest('hex').slice(0, 12);
}

export interface BuildOrder extends ImageOptions {
  readonly name: string;
  readonly files: readonly (TarFile | HostFile)[];
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The classic builder: it is part of every engine, while BuildKit's client is not. */
export async function build(docker: DockerClient, order: BuildOrder, signal: AbortSignal): Promise<void> {
  await engineCall(`build the image ${order.name}`, signal, async () => {
    const client = docker.within({ signal, allowance: new Allowance(MOST_PROGRESS) });
    await finishProgress(await client.buildImage(tarStreamOf(order.files), order), (text) => {
      if (text.startsWith('Step ')) order.onProgress(text.trim().slice(0, MOST_SHOWN));
    });
  });
}

/** Name of an image of Debian 12 and nothing more: Debian's own, or debootstrap's minimal variant where no registry answers. */
export async function ensureBaseImage(
  docker: DockerClient,
  options: ImageOptions,
  signal: AbortSignal,
): Promise<{ readonly name: string }> {
  if (await hasImage(docker, PUBLIC_BASE, signal)) return { name: PUBLIC_BASE };
  if (await hasImage(docker, OWN_BASE, signal)) return { name: OWN_BASE };
  options.onProgress(`pulling ${PUBLIC_BASE}`);
  const refusal = await pull(docker, PUBLIC_BASE, signal);
  if (refusal === undefined) return { name: PUBLIC_BASE };
  options.onProgress(`no registry gave ${PUBLIC_BASE} (${refusal}); making the base with debootstrap (about a minute)`);
  await bootstrap(docker, refusal, signal);
  return { name: OWN_BASE };
}

/** Undefined on success, otherwise why not. */
async function pull(docker: DockerClient, name: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    await underDeadline({ milliseconds: PULL_WITHIN, signal }, async (limited) =>
      finishProgress(await docker.within({ signal: limited, allowance: new Allowance(MOST_PROGRESS) }).pullImage(name)),
    );
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof DeadlineError ? `no answer within ${PULL_WITHIN / 1000} s` : engineWords(error);
  }
}

async function bootstrap(docker: DockerClient, refusal: string, signal: AbortSignal): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new DomainError(
      'cloud-refused',
      `the node image needs ${PUBLIC_BASE}, which could not be pulled (${refusal}): ` +
        'pull or load it into the Docker Engine, or run as root on Debian, where debootstrap makes it',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'magnum-base-'));
  try {
    await ensureDebootstrap(signal);
    await command('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', join(folder, 'root')], signal);
    await importTree(docker, join(folder, 'root'), signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ensureDebootstrap(signal: AbortSignal): Promise<void> {
  if (await stat('/usr/sbin/debootstrap').catch(() => undefined)) return;
  await command('apt-get', ['update', '-q'], signal);
  await command('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'debootstrap'], signal);
}

async function importTree(docker: DockerClient, root: string, signal: AbortSignal): Promise<void> {
  const [repo = '', tag = ''] = OWN_BASE.split(':');
  const tar = spawn('tar', ['-C', root, '--exclude=./var/cache/apt/*', '--exclude=./var/lib/apt/lists/*', '-c', '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  const ended = new Promise<number | null>((resolve, reject) => tar.on('error', reject).once('close', resolve));
  await engineCall(`import ${OWN_BASE}`, signal, async () => finishProgress(await docker.importImage(tar.stdout, { repo, tag })));
  if ((await ended) !== 0) throw new DomainError('cloud-refused', `the base image could not be packed from ${root}`);
}

/** Errors: `cloud-refused` with the program's last line. */
async function command(program: string, parameters: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    signal,
  });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).once('close', resolve));
  if (code !== 0)
    throw new DomainError('cloud-refused', `${program} failed: ${tail.trim().split('\n').at(-1) ?? `exit code ${code}`}`);
}
