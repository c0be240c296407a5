import { lastStep } from '../../../../concurrency/long-work.js';
import { isCidr, type Problem } from '../../../../domain/labels.js';
import type { BayDriver, BayShape, BayType } from '../../../../ports/bay-driver.js';
import type { DriverShape } from '../../../shared/driver-shape.js';
import { endpointAt, interpretStack } from '../../../shared/heat/interpret.js';
import { renderStack } from '../../../shared/heat/render.js';
import { bareMetalProblems, idleOnBareMetal } from '../../../shared/node/bare-metal.js';
import {
  floatingProblems,
  leastTemplateBytes,
  masterCount,
  outgrownRange,
  overlap,
  portProblems,
} from '../../../shared/node/checks.js';
import { cloudNeeds, label } from '../../../shared/node/labels.js';
import { SWARM_LABELS, swarmLabel } from './labels.js';
import { API_PORT, securityRules } from './ports.js';
import { SWARM_SCRIPTS } from './scripts.js';

// Distributions whose images run cloud-init and systemd. Fedora CoreOS wants Ignition, which this driver does not write.
const DISTROS = ['fedora-atomic', 'debian', 'ubuntu', 'fedora'] as const;
const platforms: readonly BayType[] = (['vm', 'bm'] as const).flatMap((serverType) =>
  DISTROS.flatMap((distro) => (['swarm-mode', 'swarm'] as const).map((coe) => ({ serverType, distro, coe }))),
);

const SHAPE: DriverShape = {
  descriptions: { bay: 'A Docker swarm', master: 'A manager of the swarm', worker: 'A worker of the swarm' },
  apiScheme: 'tcp',
  apiPort: API_PORT,
  securityRules,
  plainSettings: (input) => ({
    network_mtu: swarmLabel(input, 'network_mtu') ?? '',
    swarm_address_pool: swarmLabel(input, 'swarm_address_pool') ?? '',
  }),
  scripts: SWARM_SCRIPTS,
};

/** Docker Engine in Swarm mode on servers with cloud-init. */
export const swarmMode: BayDriver = {
  name: 'swarm-mode',
  provides: platforms,
  labels: SWARM_LABELS,
  rotates: ['authority', 'credentials'],
  // The gateway before each node's engine.
  tlsPorts: [{ port: SHAPE.apiPort, roles: ['master', 'worker'] }],
  withoutEffect,
  check,
  cloudNeeds,
  outgrown: outgrownRange,
  leastTemplateBytes,
  render: (input) => lastStep(renderStack(SHAPE, input)),
  renderInSteps: (input) => renderStack(SHAPE, input),
  interpret: (stack, desired) => interpretStack(SHAPE, stack, desired),
  endpointAt: (address) => endpointAt(SHAPE, address),
};

/** Settings of earlier drivers: accepted, because templates of those times have them, and warned of, because they have no effect. */
function withoutEffect(wanted: Parameters<NonNullable<BayDriver['withoutEffect']>>[0]): readonly Problem[] {
  const { networkDriver, volumeDriver, registryEnabled, apiserverPort, labels } = wanted;
  const idle: readonly (readonly [boolean, string, string])[] = [
    [networkDriver !== null && networkDriver !== 'docker', 'network_driver', 'Swarm mode brings its own overlay networks'],
    [volumeDriver !== null, 'volume_driver', 'no volume plugin is installed on the nodes'],
    [registryEnabled, 'registry_enabled', 'no registry is run'],
    [apiserverPort !== null, 'apiserver_port', "the port is the engine's own"],
    [!['', 'spread'].includes(labels['swarm_strategy'] ?? ''), 'labels.swarm_strategy', 'Swarm mode always spreads'],
    [labels['rexray_preempt'] === 'true', 'labels.rexray_preempt', 'no volume plugin is installed on the nodes'],
  ];
  return [
    ...idle.filter(([isGiven]) => isGiven).map(([, field, why]) => ({ field, message: `accepted, and has no effect: ${why}` })),
    ...idleOnBareMetal(wanted),
  ];
}

function check(desired: BayShape): readonly Problem[] {
  return [
    ...managerProblems(desired),
    ...floatingProblems(desired),
    ...bareMetalProblems(desired),
    ...poolProblems(desired),
    ...storageProblems(desired),
    ...portProblems(desired),
  ];
}

function managerProblems(desired: BayShape): readonly Problem[] {
  const managers = masterCount(desired);
  if (managers % 2 === 1) return [];
  return [{ field: 'master_count', message: `a swarm needs an odd number of managers to agree, got ${managers}` }];
}

function poolProblems(desired: BayShape): readonly Problem[] {
  const problems: Problem[] = [];
  const subnet = label(desired, 'fixed_subnet_cidr');
  const pool = swarmLabel(desired, 'swarm_address_pool');
  if (subnet && pool && overlap(subnet, pool)) {
    problems.push({
      field: 'labels.swarm_address_pool',
      message: `${pool} overlaps the bay's own subnet ${subnet}; choose another range`,
    });
  }
  if (pool && isCidr(pool) && Number(pool.split('/')[1]) > 23) {
    problems.push({ field: 'labels.swarm_address_pool', message: `${pool} is too small: overlay networks take a /24 each` });
  }
  return problems;
}

function storageProblems(desired: BayShape): readonly Problem[] {
  if (desired.model.dockerStorageDriver !== 'devicemapper') return [];
  const size = desired.bay.desired.dockerVolumeSize ?? desired.model.dockerVolumeSize;
  if (size === null || size >= 3) return [];
  return [
    { field: 'docker_volume_size', message: `the storage driver devicemapper needs a volume of at least 3 GB, got ${size}` },
  ];
}
