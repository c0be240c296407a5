import { readFileSync } from 'node:fs';

const FILE = '/proc/sys/fs/inotify/max_user_instances';
/** Two dozen nodes of Kubernetes, and what else runs on a desk. */
const ENOUGH = 512;
/** Measured: 15 for a worker and up to 25 for a control plane, of systemd, containerd and kubelet. */
const EACH_NODE = 20;

/**
 * A warning where this host allows few watchers of files. The limit counts for all processes of one user, and the first node beyond it does not
 * boot, or its kubelet ends, with words that name neither. `limit`: its text, undefined where the host has none.
 */
export function inotifyWarning(limit: string | undefined = readLimit()): string | undefined {
  const allowed = Number(limit);
  if (limit === undefined || !Number.isInteger(allowed) || allowed >= ENOUGH) return undefined;
  const nodes = Math.floor(allowed / EACH_NODE);
  return `This host allows ${allowed} instances of inotify, which is enough for about ${nodes} nodes of Kubernetes. For more: sysctl -w fs.inotify.max_user_instances=1024`;
}

function readLimit(): string | undefined {
  try {
    return readFileSync(FILE, 'utf8').trim();
  } catch {
    return undefined;
  }
}
