import type { BayModel } from '../../../domain/bay-model.js';
import type { Problem } from '../../../domain/labels.js';
import type { BayShape } from '../../../ports/bay-driver.js';
import { valueIn } from './labels.js';

/** Whether servers are machines of Ironic. */
export function isBareMetal({ serverType }: Pick<BayModel, 'serverType'>): boolean {
  return serverType === 'bm';
}

/** Machines stand in a network that is there, and have their own disks: what a cloud adds to virtual servers cannot be had. */
export function bareMetalProblems({ bay, model, nodeGroups }: BayShape): readonly Problem[] {
  if (!isBareMetal(model)) return [];
  const problems: Problem[] = [];
  if (bay.desired.fixedNetwork === null)
    problems.push({
      field: 'fixed_network',
      message: 'servers of the type bm need the network in which their machines stand; name it',
    });
  const disk = 'servers of the type bm have their own disks alone; leave it out';
  const sizes = [model.dockerVolumeSize, bay.desired.dockerVolumeSize, ...nodeGroups.map((group) => group.dockerVolumeSize)];
  if (sizes.some((size) => (size ?? 0) > 0)) problems.push({ field: 'docker_volume_size', message: disk });
  const sets = [bay.desired.labels, ...nodeGroups.map(({ labels }) => labels)];
  if (sets.some((labels) => Number(valueIn(labels, 'boot_volume_size')) > 0))
    problems.push({ field: 'labels.boot_volume_size', message: disk });
  if (sets.some((labels) => Number(labels['etcd_volume_size']) > 0))
    problems.push({ field: 'labels.etcd_volume_size', message: disk });
  return problems;
}

/** A model that asks for floating addresses, as every model does that says nothing of them, gets none for its machines. */
export function idleOnBareMetal(model: Pick<BayModel, 'serverType' | 'floatingIpEnabled'>): readonly Problem[] {
  if (!isBareMetal(model) || !model.floatingIpEnabled) return [];
  const message =
    'accepted, and has no effect on nodes: machines are reached in their own network; a load balancer before masters has one';
  return [{ field: 'floating_ip_enabled', message }];
}
