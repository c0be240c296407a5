import type { LoadBalancerSpec } from './backend.js';
import { engineCall } from './docker-errors.js';
import { plug } from './docker-networks.js';
import { containerBase, findContainer, removeContainer, start, wasStarted, type ServerScope } from './docker-servers.js';
import { tarOf } from './docker-tar.js';

const FOLDER = '/etc/haproxy';
const FILE = 'magnum.cfg';

/** A container of the node image that runs haproxy. Its configuration is always written and read again: repeating is harmless. */
export async function ensureLoadBalancer(scope: ServerScope, balancer: LoadBalancerSpec, signal: AbortSignal): Promise<void> {
  const known = await findContainer(scope, balancer.key, signal);
  if (known && !wasStarted(known)) await removeContainer(scope, known.Id, signal);
  const id = known && wasStarted(known) ? known.Id : await create(scope, balancer, signal);
  if (balancer.floating) await plug(scope, { container: id, ...balancer.floating }, signal);
  const container = scope.docker.getContainer(id);
  await engineCall('configure the load balancer', signal, () =>
    container.putArchive(tarOf([{ path: FILE, content: configurationOf(balancer) }]), { path: FOLDER }));
  // In master-worker mode SIGUSR2 makes new workers with the new file; the old ones finish their connections.
  if (known?.State.Running) await engineCall('reload the load balancer', signal, () => container.kill({ signal: 'SIGUSR2' }));
  else await start(scope, id, signal);
}

async function create(scope: ServerScope, balancer: LoadBalancerSpec, signal: AbortSignal): Promise<string> {
  const base = await containerBase(scope, { ...balancer, role: 'load-balancer', hostname: 'load-balancer', nic: balancer }, signal);
  const container = await engineCall('create the load balancer', signal, () => scope.docker.createContainer({
    ...base, Entrypoint: ['/usr/sbin/haproxy', '-W', '-f', `${FOLDER}/${FILE}`], StopSignal: 'SIGTERM',
  }));
  return container.id;
}

/** haproxy's configuration. The unix listener keeps haproxy alive while there is nothing to balance yet. */
export function configurationOf(balancer: Pick<LoadBalancerSpec, 'listeners'>): string {
  const lines = ['global', '  maxconn 2000', 'defaults', '  mode tcp', '  timeout connect 5s', '  timeout client 1h', '  timeout server 1h',
    'frontend idle', '  bind unix@/tmp/idle.sock', '  tcp-request connection reject'];
  for (const listener of balancer.listeners) {
    lines.push(`listen port-${listener.port}`, `  bind :${listener.port}`);
    if (listener.allowedCidrs.length > 0) lines.push(`  tcp-request connection reject unless { src ${listener.allowedCidrs.join(' ')} }`);
    lines.push('  balance roundrobin', '  option redispatch');
    listener.members.forEach((member, index) => lines.push(`  server member-${index} ${member.address}:${member.port} check inter 2s fall 2 rise 1`));
  }
  return `${lines.join('\n')}\n`;
}
