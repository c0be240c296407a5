import { lastStep } from '../../../../concurrency/long-work.js';
import type { Problem } from '../../../../domain/labels.js';
import type { BayDriver, BayType } from '../../../../ports/bay-driver.js';
import type { DriverShape } from '../../../shared/driver-shape.js';
import { endpointAt, interpretStack } from '../../../shared/heat/interpret.js';
import { renderStack } from '../../../shared/heat/render.js';
import { leastTemplateBytes, outgrownRange } from '../../../shared/node/checks.js';
import { cloudNeeds } from '../../../shared/node/labels.js';
import { compressScripts } from '../../../shared/node/scripts.js';
import { check } from './checks.js';
import { MESOS_LABELS } from './labels.js';
import { MARATHON_PORT, MESOS_PORT, securityRules } from './ports.js';
import { MESOS_SCRIPTS } from './scripts.js';
import { groupSettings, plainSettings } from './settings.js';

const DISTROS = ['ubuntu', 'debian'] as const;
const platforms: readonly BayType[] = DISTROS.map((distro) => ({ serverType: 'vm', distro, coe: 'mesos' }));

const SHAPE: DriverShape = {
  descriptions: { bay: 'A Mesos cluster', master: 'A master of the cluster', worker: 'An agent of the cluster' },
  apiScheme: 'https',
  apiPort: MARATHON_PORT,
  furtherPorts: [{ name: 'mesos', port: MESOS_PORT }],
  showsAddressAlone: true,
  securityRules,
  plainSettings,
  groupSettings,
  scripts: compressScripts(MESOS_SCRIPTS),
};

/** Apache Mesos with ZooKeeper, and Marathon where the image has it, on servers with cloud-init. */
export const mesosDriver: BayDriver = {
  name: 'mesos',
  provides: platforms,
  labels: MESOS_LABELS,
  rotates: ['authority', 'credentials'],
  // The gateway before the masters' API. Agents speak to other nodes alone, and have no certificate.
  tlsPorts: [{ port: MESOS_PORT, roles: ['master'] }],
  // From the first one come the passwords of masters, operators and frameworks; from the second one that of agents.
  secrets: [
    { name: 'masters', material: 'random-key', roles: ['master'] },
    { name: 'agents', material: 'random-key', roles: ['master', 'worker'] },
  ],
  scaleIn: 'fewest-workloads',
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

/** What is accepted, because templates of earlier drivers have it, and changes nothing. */
function withoutEffect(wanted: Parameters<NonNullable<BayDriver['withoutEffect']>>[0]): readonly Problem[] {
  const { volumeDriver, registryEnabled, apiserverPort, labels } = wanted;
  const idle: readonly (readonly [boolean, string, string])[] = [
    [volumeDriver !== null, 'volume_driver', 'no volume plugin is installed on the nodes'],
    [registryEnabled, 'registry_enabled', 'no registry is run'],
    [apiserverPort !== null, 'apiserver_port', 'the ports are those of Mesos and Marathon'],
    [labels['rexray_preempt'] === 'true', 'labels.rexray_preempt', 'no volume plugin is installed on the nodes'],
  ];
  return idle.filter(([isGiven]) => isGiven).map(([, field, why]) => ({ field, message: `accepted, and has no effect: ${why}` }));
}
