import { lastStep } from '../../../../concurrency/long-work.js';
import { DEFAULT_DRAIN_RULES, type DrainRules } from '../../../../domain/drain.js';
import type { HealingRules } from '../../../../domain/healing.js';
import type { Problem } from '../../../../domain/labels.js';
import type { BayDriver, BayType } from '../../../../ports/bay-driver.js';
import type { DriverShape } from '../../../shared/driver-shape.js';
import { endpointAt, interpretStack } from '../../../shared/heat/interpret.js';
import { renderStack } from '../../../shared/heat/render.js';
import { getAttribute } from '../../../shared/heat/template.js';
import { idleOnBareMetal } from '../../../shared/node/bare-metal.js';
import { outgrownRange } from '../../../shared/node/checks.js';
import { cloudNeeds } from '../../../shared/node/labels.js';
import { compressScripts } from '../../../shared/node/scripts.js';
import { kubernetesAddons, kubernetesImages } from './addons/addons.js';
import { postInstallObjects } from './addons/post-install.js';
import { ENCRYPTION_SECRET } from './api-server/encryption.js';
import { certificateFor } from './certificates.js';
import { check, checkImage, checkUpgrade, outgrownPods } from './checks.js';
import { idleLabelProblems } from './idle-labels.js';
import { IGNITION_SYSTEMS } from './ignition.js';
import { wantsAutoHealer } from './cloud-wishes.js';
import { isEnabled, KUBEADM_LABELS, kubeadmLabel } from './labels.js';
import { API_PORT, routedRanges, securityRules } from './ports.js';
import { KUBEADM_SCRIPTS } from './scripts.js';
import { groupSettings, plainSettings, removedPlugins, storeVolume } from './settings.js';

// Distributions whose images run cloud-init and systemd, and those that boot by Ignition.
const DISTROS = ['debian', 'ubuntu', 'fedora', ...Object.keys(IGNITION_SYSTEMS)];
const platforms: readonly BayType[] = (['vm', 'bm'] as const).flatMap((serverType) =>
  DISTROS.map((distro) => ({ serverType, distro, coe: 'kubernetes' as const })),
);

const SHAPE: DriverShape = {
  descriptions: { bay: 'A Kubernetes cluster', master: 'A control plane of the cluster', worker: 'A worker of the cluster' },
  apiScheme: 'https',
  apiPort: API_PORT,
  readyPath: '/readyz',
  securityRules,
  allowedAddresses: routedRanges,
  storeVolume,
  plainSettings,
  groupSettings,
  // Where a controller of Ingresses puts its load balancers.
  runtimeValues: { subnet_id: getAttribute('port', 'fixed_ips', 0, 'subnet_id') },
  scripts: compressScripts(KUBEADM_SCRIPTS),
  ignition: IGNITION_SYSTEMS,
  // The autoscaler and the auto-healer of Kubernetes look for these names.
  resourceNames: {
    master: { server: 'kube-master', waitCondition: 'master_config_deployment' },
    worker: { server: 'kube-minion', waitCondition: 'node_config_deployment' },
  },
  groupNodes: 'kube_minions',
};

/** Kubernetes as kubeadm makes it. */
export const kubeadm: BayDriver = {
  name: 'kubeadm',
  provides: platforms,
  labels: KUBEADM_LABELS,
  // containerd's own client, in the namespace that the kubelet looks in.
  importImages: ['ctr', '--namespace=k8s.io', 'images', 'import', '-'],
  // The key with which control planes sign the tokens of service accounts, and the key with which they check them.
  // The authority that signs requests of users, so that no key of the bay's own authorities has to be on a node.
  secrets: [
    { name: 'sa', material: 'key-pair', roles: ['master'] },
    { name: 'signer', material: 'authority', roles: ['master'] },
    ENCRYPTION_SECRET,
  ],
  certificateFor,
  rotates: ['authority', 'credentials'],
  // In the order in which apply-certificates.sh reads their files.
  authorities: { master: ['etcd', 'front-proxy', 'main'], worker: ['main'] },
  resizesMasters: true,
  withoutEffect,
  check,
  checkImage,
  bootsBy: (distro) =>
    distro !== null && Object.hasOwn(IGNITION_SYSTEMS, distro) ? `Ignition as ${distro} has it` : 'cloud-init',
  checkUpgrade,
  cloudNeeds,
  addons: kubernetesAddons,
  postInstallObjects,
  images: kubernetesImages,
  drainRules,
  healingRules,
  outgrown: (desired) => [...outgrownRange(desired), ...outgrownPods(desired)],
  render: (input) => lastStep(renderStack(SHAPE, input)),
  renderInSteps: (input) => renderStack(SHAPE, input),
  interpret: (stack, desired) => interpretStack(SHAPE, stack, desired),
  endpointAt: (address) => endpointAt(SHAPE, address),
};

function drainRules(desired: Parameters<NonNullable<BayDriver['drainRules']>>[0]): DrainRules {
  const labelled = { bay: { desired } };
  const policy = kubeadmLabel(labelled, 'drain_policy') === 'stop' ? 'stop' : 'force';
  // A value that is no number has been warned of: with it the usual limit holds, and not none.
  const seconds = /^\d{1,5}$/.exec(kubeadmLabel(labelled, 'drain_timeout'))?.[0];
  return { timeoutMs: seconds === undefined ? DEFAULT_DRAIN_RULES.timeoutMs : Number(seconds) * 1_000, policy };
}

const HEALING_SECONDS = 300;

function healingRules(desired: Parameters<NonNullable<BayDriver['healingRules']>>[0]): HealingRules | undefined {
  const labelled = { bay: { desired } };
  // Two that replace the same node would each make one in its place.
  if (!isEnabled(labelled, 'auto_healing_enabled') || wantsAutoHealer(labelled)) return undefined;
  const seconds = /^\d{1,5}$/.exec(kubeadmLabel(labelled, 'auto_healing_timeout'))?.[0];
  return { afterMs: Number(seconds ?? HEALING_SECONDS) * 1_000 };
}

/** What is accepted, because templates of earlier drivers have it, and changes nothing. */
function withoutEffect(wanted: Parameters<NonNullable<BayDriver['withoutEffect']>>[0]): readonly Problem[] {
  const { volumeDriver, registryEnabled, apiserverPort, labels } = wanted;
  const removed = removedPlugins({ bay: { desired: { labels } } });
  const idle: readonly (readonly [boolean, string, string])[] = [
    [volumeDriver !== null && volumeDriver !== 'cinder', 'volume_driver', 'only cinder is deployed'],
    [registryEnabled, 'registry_enabled', 'no registry is run'],
    [apiserverPort !== null && apiserverPort !== API_PORT, 'apiserver_port', `the port is ${API_PORT}`],
    [removed.length > 0, 'labels.admission_control_list', `Kubernetes has no ${removed.join(', ')} any more`],
  ];
  return [
    ...idle.filter(([isGiven]) => isGiven).map(([, field, why]) => ({ field, message: `accepted, and has no effect: ${why}` })),
    ...idleLabelProblems(labels),
    ...idleOnBareMetal(wanted),
  ];
}
