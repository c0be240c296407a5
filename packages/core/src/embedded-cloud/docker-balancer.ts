import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { ContainerHandle } from '../docker/handles.js';
import type { ContainerDetails } from '../docker/resources.js';
import { DomainError } from '../domain/errors.js';
import { parsedCidr } from '../domain/labels.js';
import type { LoadBalancerSpec } from './backend.js';
import { NODE_IMAGE } from './config.js';
import { engineCall } from './docker-errors.js';
import { plug } from './docker-networks.js';
import { containerBase, findContainer, removeContainer, start, wasStarted, type ServerScope } from './docker-servers.js';
import { tarOf } from './docker-tar.js';

const FOLDER = '/etc/haproxy';
const FILE = 'magnum.cfg';
const SOCKET = '/run/haproxy.sock';
const MASTER_WORKER = '-W';

/*
 * A container of the node image that runs haproxy as a master with workers. A change is a reload: the master starts a worker with the new file,
 * which takes over the listening sockets, and the one before ends with its last connection. So no client is refused meanwhile, and none loses
 * a connection that it has: kubelets and administrators keep theirs for hours.
 *
 * The file says which one it is, in its description, and the worker is asked which one it has. The signal of a reload alone proves nothing: a
 * master that has just started does not heed it yet, and a process could die between the file and the signal.
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
  await write(container, text, signal);
  await start(scope, id, signal);
}

/** Exits with 0 when the worker has the configuration of that description. */
const IS_LOADED = `echo 'show info' | socat - UNIX-CONNECT:${SOCKET} 2>/dev/null | grep -q "^description: $1$"`;
/** The same after a reload, which is asked for once a second for ten seconds. */
const RELOAD = `is_loaded() { ${IS_LOADED}; }
for round in 0 1 2 3 4 5 6 7 8 9; do
  kill -USR2 1
  for look in 1 2 3 4 5; do if is_loaded "$1"; then exit 0; fi; sleep 0.2; done
done
exit 1`;

async function reload(container: ContainerHandle, text: string, signal: AbortSignal): Promise<void> {
  const description = descriptionIn(text);
  if (await succeeds(container, IS_LOADED, description, signal)) return;
  await write(container, text, signal);
  if (await succeeds(container, RELOAD, description, signal)) return;
  throw new DomainError('cloud-unavailable', 'the load balancer does not take its new configuration');
}

/** Runs a script in the container with one argument. */
async function succeeds(container: ContainerHandle, script: string, argument: string, signal: AbortSignal): Promise<boolean> {
  return engineCall('reload the load balancer', signal, async () => {
    const execution = await container.exec({ Cmd: ['sh', '-c', script, 'sh', argument], AttachStdout: true, AttachStderr: true });
    for await (const _chunk of await execution.start()) signal.throwIfAborted();
    return (await execution.inspect()).ExitCode === 0;
  });
}

function write(container: ContainerHandle, text: string, signal: AbortSignal): Promise<unknown> {
  const archive = tarOf([{ path: FILE, content: text }]);
  return engineCall('configure the load balancer', signal, () => container.putArchive(archive, { path: FOLDER }));
}

function descriptionIn(text: string): string {
  return /^ {2}description (\S+)$/m.exec(text)?.[1] ?? '';
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
    `  stats socket ${SOCKET} mode 600 level admin expose-fd listeners`,
    // As long as a client may be silent: a worker that was replaced ends with its last connection, but not later.
    '  hard-stop-after 1h',
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 1h',
    '  timeout server 1h',
    '  timeout check 3s',
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
    // A port that is open says less than an answer: a server that ends, or has lost its store, accepts connections as well.
    const { readyPath } = listener;
    if (readyPath !== null) lines.push(`  option httpchk GET ${pathOf(readyPath)}`, '  http-check expect status 200');
    const check = readyPath === null ? 'check' : 'check check-ssl verify none';
    listener.members.forEach((member, index) =>
      lines.push(`  server member-${index} ${addressOf(member.address)}:${portOf(member.port)} ${check} inter 2s fall 2 rise 1`),
    );
  }
  const text = lines.join('\n');
  return `${text.replace('global\n', `global\n  description ${createHash('sha256').update(text).digest('hex')}\n`)}\n`;
}

function pathOf(text: string): string {
  if (/^\/[A-Za-z0-9/_.-]{0,200}$/.test(text)) return text;
  throw refusal('path', text);
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

function refusal(what: 'IPv4 range' | 'IPv4 address' | 'port' | 'path', value: unknown): DomainError {
  const shown = JSON.stringify(String(value).slice(0, 40));
  return new DomainError('cloud-refused', `the load balancer cannot be configured: ${shown} is no ${what}`);
}
