import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { NodeScripts } from '../node/scripts.js';

/** The folders of a node that its scripts use, under a temporary folder, so that a script runs as on a node and changes only that. */
export interface NodeFolder {
  readonly opt: string;
  readonly etc: string;
  readonly run: string;
  /** Programs that scripts find before those of the machine. */
  readonly bin: string;
  /** The units of systemd. */
  readonly units: string;
  /** The engine's settings. */
  readonly docker: string;
  /** Settings and keys of Kubernetes. */
  readonly kubernetes: string;
  readonly containerd: string;
  /** What cloud-init has read. */
  readonly cloud: string;
  /** The authorities that all programs trust. */
  readonly authorities: string;
  /** What the kernel says of the network: the table `route`, and a folder of each interface. */
  readonly net: string;
  /** Path of the engine's socket. */
  readonly engine: string;
  /** A program of that name, as a script of the shell, in place of the machine's. */
  program(name: string, text: string): void;
  remove(): void;
}

const FOLDERS = [
  'opt',
  'etc',
  'run',
  'bin',
  'units',
  'docker',
  'net',
  'kubernetes',
  'containerd',
  'cloud',
  'authorities',
] as const;

export function nodeFolder(scripts: NodeScripts): NodeFolder {
  const root = mkdtempSync(join(tmpdir(), 'magnum-node-'));
  // Each name is a key of the record.
  const folders = Object.fromEntries(FOLDERS.map((name) => [name, join(root, name)])) as Record<(typeof FOLDERS)[number], string>;
  for (const folder of Object.values(folders)) mkdirSync(folder);
  const { opt, etc, run, bin, units, docker, net, kubernetes, containerd, cloud, authorities } = folders;
  const engine = join(root, 'engine.sock');
  const write = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o755 });
  for (const [path, name] of Object.entries(scripts.paths)) {
    const text = (scripts.files[name] ?? '')
      .replaceAll('/opt/magnum', opt)
      .replaceAll('/etc/magnum', etc)
      .replaceAll('/run/magnum', run)
      .replaceAll('/etc/os-release', join(etc, 'os-release'))
      .replaceAll('/etc/systemd/system', units)
      .replaceAll('/etc/docker', docker)
      .replaceAll('/etc/kubernetes', kubernetes)
      .replaceAll('/etc/containerd', containerd)
      .replaceAll('/var/lib/cloud/data', cloud)
      .replaceAll('/etc/ssl/certs', authorities)
      .replaceAll('/usr/local/share/ca-certificates', join(authorities, 'debian'))
      .replaceAll('/etc/pki/ca-trust/source/anchors', join(authorities, 'fedora'))
      .replaceAll('/sys/class/net', net)
      .replaceAll('/proc/net/route', join(net, 'route'))
      .replaceAll('export PATH="', `export PATH="${bin}:`)
      .replaceAll('/var/run/docker.sock', engine);
    write(join(opt, basename(path)), text);
  }
  return {
    ...folders,
    engine,
    program: (name, text) => write(join(bin, name), `#!/bin/sh\n${text}\n`),
    remove: () => rmSync(root, { recursive: true }),
  };
}
