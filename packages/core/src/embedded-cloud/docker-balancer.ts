import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { ContainerHandle } from '../docker/handles.js';
import type { ContainerDetails } from '../docker/resources.js';
import { DomainError } from '../domain/errors.js';
import { parsedCidr } from '../domain/labels.js';
import type { LoadBalancerSpec } from './backend.js';
import { NODE_IMAGE } from './config.js';
import { engineCall, orUndefinedOn } from './docker-errors.js';
import { plug } from './docker-networks.js';
import { containerBase, findContainer, removeContainer, start, wasStarted, type ServerScope } from './docker-servers.js';
import { tarOf } from './docker-tar.js';

const FOLDER = '/etc/haproxy';
const FILE = 'magnum.cfg';
const LOADED = 'magnum.loaded';
const MASTER_WORKER = '-W';

/*
 * A container of the node image that runs haproxy as a master with workers. A change is a reload: the master starts a worker with the new file,
 * which takes over the listening sockets, and the one before ends with its last connection. So no client is refused meanwhile, and none loses
 * a connection that it has: kubelets and administrators keep theirs for hours.
 *
 * Which file the worker runs with is not to be seen from outside. So the first line of the file, which identifies it, is written once more
 * after the reload. A crash in between leaves two different lines, and the reload is repeated.
 */
export async function ensureLoadBalancer(scope: ServerScope, balancer: LoadBalancerSpec, signal: AbortSignal): Promise<void> {
  const known = await findContainer(scope, balancer.key, signal);
  const isUsable = known !== undefined && wasStarted(known) && reloads(known);
  if (known && !isUsable) await removeContainer(scope, known.Id, signal);
  const id = isUsable ? known.Id : await create(scope, balancer, signal);
  if (balancer.floating) await plug(scope, { container: id, ...balancer.floating }, signal);
  const container = scope.docker.getContainer(id);
  const text = configurationOf(balancer);
  if (isUsable && known.State.Running) return reload(container, text, signal);
  await write(container, { [FILE]: text, [LOADED]: markOf(text) }, signal);
  await start(scope, id, signal);
}

async function reload(container: ContainerHandle, text: string, signal: AbortSignal): Promise<void> {
  const archive = await engineCall("read the load balancer's configuration", signal, () =>
    orUndefinedOn([404], () => container.getArchive({ path: `${FOLDER}/${LOADED}` })),
  );
  if (archive?.includes(markOf(text)) === true) return;
  await write(container, { [FILE]: text }, signal);
  await engineCall('reload the load balancer', signal, () => container.kill({ signal: 'SIGUSR2' }));
  await write(container, { [LOADED]: markOf(text) }, signal);
}

function write(container: ContainerHandle, files: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
  const archive = tarOf(Object.entries(files).map(([path, content]) => ({ path, content })));
  return engineCall('configure the load balancer', signal, () => container.putArchive(archive, { path: FOLDER }));
}

function markOf(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** One of an earlier release has no master, and would end at the signal. */
function reloads({ Config }: ContainerDetails): boolean {
  return Config.Entrypoint?.includes(MASTER_WORKER) === true;
}

async function create(scope: ServerScope, balancer: LoadBalancerSpec, signal: AbortSignal): Promise<string> {
  const base = await containerBase(
    scope,
    { ...balancer, image: NODE_IMAGE, role: 'load-balancer', hostname: 'load-balancer', nic: balancer },
    signal,
  );
  const container = await engineCall('create the load balancer', signal, () =>
    scope.docker.createContainer({
      ...base,
      Entrypoint: ['/usr/sbin/haproxy', MASTER_WORKER, '-db', '-f', `${FOLDER}/${FILE}`],
      StopSignal: 'SIGTERM',
    }),
  );
  return container.id;
}

/**
 * haproxy's configuration. The unix listener keeps haproxy alive while there is nothing to balance yet. Ranges, addresses and
 * ports come out of templates: each is read, and written anew from its numbers, so that no text can bring lines of its own.
 * Error: `cloud-refused` for one that is none.
 */
export function configurationOf(balancer: Pick<LoadBalancerSpec, 'listeners'>): string {
  const lines = [
    'global',
    '  maxconn 2000',
    // By this socket a new worker gets the listening ones from the one before.
    '  stats socket /run/haproxy.sock mode 600 level admin expose-fd listeners',
    // As long as a client may be silent: a worker that was replaced ends with its last connection, but not later.
    '  hard-stop-after 1h',
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 1h',
    '  timeout server 1h',
    'frontend idle',
    '  bind unix@/tmp/idle.sock',
    '  tcp-request connection reject',
  ];
  for (const listener of balancer.listeners) {
    const port = portOf(listener.port);
    lines.push(`listen port-${port}`, `  bind :${port}`);
    if (listener.allowedCidrs.length > 0)
      lines.push(`  tcp-request connection reject unless { src ${listener.allowedCidrs.map(rangeOf).join(' ')} }`);
    lines.push('  balance roundrobin', '  option redispatch');
    listener.members.forEach((member, index) =>
      lines.push(`  server member-${index} ${addressOf(member.address)}:${portOf(member.port)} check inter 2s fall 2 rise 1`),
    );
  }
  const text = lines.join('\n');
  return `# ${createHash('sha256').update(text).digest('hex')}\n${text}\n`;
}

function rangeOf(text: string): string {
  const range = parsedCidr(text);
  if (!range) throw refusal('IPv4 range', text);
  return `${range.bytes.join('.')}/${range.length}`;
}

function addressOf(text: string): string {
  if (!isIPv4(text)) throw refusal('IPv4 address', text);
  return text;
}

function portOf(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw refusal('port', port);
  return port;
}

function refusal(what: 'IPv4 range' | 'IPv4 address' | 'port', value: unknown): DomainError {
  const shown = JSON.stringify(String(value).slice(0, 40));
  return new DomainError('cloud-refused', `the load balancer cannot be configured: ${shown} is no ${what}`);
}
