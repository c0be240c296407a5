import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { ContainerHandle } from '../docker/handles.js';
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

/**
 * A container of the node image that runs haproxy. While it runs, the file that it has is the one that it was started with:
 * a change stops it, writes and starts it again, so that a crash in between leaves a stopped container, which is finished next time.
 */
export async function ensureLoadBalancer(scope: ServerScope, balancer: LoadBalancerSpec, signal: AbortSignal): Promise<void> {
  const known = await findContainer(scope, balancer.key, signal);
  if (known && !wasStarted(known)) await removeContainer(scope, known.Id, signal);
  const id = known && wasStarted(known) ? known.Id : await create(scope, balancer, signal);
  if (balancer.floating) await plug(scope, { container: id, ...balancer.floating }, signal);
  const container = scope.docker.getContainer(id);
  const text = configurationOf(balancer);
  if (known?.State.Running) {
    if (await runsWith(container, text, signal)) return;
    await engineCall('stop the load balancer', signal, () => orUndefinedOn([304], () => container.stop({ t: 1 })));
  }
  await engineCall('configure the load balancer', signal, () =>
    container.putArchive(tarOf([{ path: FILE, content: text }]), { path: FOLDER }),
  );
  await start(scope, id, signal);
}

/** The first line identifies a configuration. */
async function runsWith(container: ContainerHandle, text: string, signal: AbortSignal): Promise<boolean> {
  const [mark = ''] = text.split('\n', 1);
  const archive = await engineCall("read the load balancer's configuration", signal, () =>
    container.getArchive({ path: `${FOLDER}/${FILE}` }),
  );
  return archive.includes(mark);
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
      Entrypoint: ['/usr/sbin/haproxy', '-db', '-f', `${FOLDER}/${FILE}`],
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
