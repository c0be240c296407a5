import { isIP } from 'node:net';
import { isCidr, type Problem } from '../../../../domain/labels.js';
import type { BayDriver, BayShape } from '../../../../ports/bay-driver.js';
import { bareMetalProblems } from '../../../shared/node/bare-metal.js';
import { floatingProblems, masterCount, overlap, portProblems } from '../../../shared/node/checks.js';
import { label } from '../../../shared/node/labels.js';
import { KUBERNETES_RELEASES, releaseOf, versionOf } from '../../releases.js';
import { apiServerProblems } from './api-server/checks.js';
import { CLOUD_TAG_LABELS } from './cloud-labels.js';
import { cloudProblems, scalingProblems } from './cloud-wishes.js';
import { kubeadmLabel, kubeadmList, valueOf, type OwnLabel } from './labels.js';
import { COMPONENTS, optionProblems } from './options.js';
import { podRangeLabel } from './network.js';
import { mirrorProblems } from './registry-mirrors.js';
import { trustProblems } from './trusted-authorities.js';

/** Rules across the fields of a Kubernetes bay. Each message says what to do instead. */
export function check(desired: BayShape): readonly Problem[] {
  return [
    ...modelProblems(desired),
    ...masterProblems(desired),
    ...floatingProblems(desired),
    ...bareMetalProblems(desired),
    ...releaseProblems(desired),
    ...rangeProblems(desired),
    ...portProblems(desired),
    ...listProblems(desired),
    ...cloudProblems(desired),
    ...scalingProblems(desired),
    ...apiServerProblems(desired.bay.desired.labels),
    ...[desired.bay.desired.labels, ...desired.nodeGroups.map(({ labels }) => labels)].flatMap(trustProblems),
    ...mirrorProblems(desired.bay.desired.labels, desired.model.insecureRegistry),
    ...COMPONENTS.flatMap((component) => optionProblems(component, kubeadmLabel(desired, `${component}_options`))),
  ];
}

function modelProblems({ model, bay }: BayShape): readonly Problem[] {
  const problems: readonly (readonly [boolean, string, string])[] = [
    [model.tlsDisabled, 'tls_disabled', 'Kubernetes has no API without TLS; set it to false'],
    [
      bay.desired.labels['ingress_controller']?.toLowerCase() === 'nginx',
      'labels.ingress_controller',
      'nginx is no longer maintained by its project; leave the label out, and install another controller when the bay is there',
    ],
  ];
  return problems.filter(([isBroken]) => isBroken).map(([, field, message]) => ({ field, message }));
}

const MOST_MASTERS = 5;

/** Members of etcd agree by majority: an even number fails as soon as one fewer, and each member more makes writes slower. */
function masterProblems(desired: BayShape): readonly Problem[] {
  const count = masterCount(desired);
  if (count % 2 === 0 || count > MOST_MASTERS)
    return [{ field: 'master_count', message: `etcd needs one, three or five control planes, got ${count}` }];
  if (count === 1 || desired.bay.desired.masterLbEnabled) return [];
  const message = `${count} control planes need a load balancer before them; set master_lb_enabled, or have one`;
  return [{ field: 'master_lb_enabled', message }];
}

function releaseProblems(desired: BayShape): readonly Problem[] {
  const wanted = kubeadmLabel(desired, 'kube_tag');
  if (versionOf(wanted) !== undefined) return [];
  const known = KUBERNETES_RELEASES.map(({ version }) => version).join(', ');
  return [{ field: 'labels.kube_tag', message: `${JSON.stringify(wanted.slice(0, 40))} is not served; ask for one of ${known}` }];
}

/**
 * An image with Kubernetes in place is of one release, and a node whose programs are of another one than its cluster's would fail after it has
 * booted. An image without that property gets the release that is asked for when its nodes boot.
 */
export const checkImage: NonNullable<BayDriver['checkImage']> = ({ name, kubeVersion }, labels) => {
  if (kubeVersion === undefined) return [];
  const asked = valueOf(labels, 'kube_tag');
  const wanted = versionOf(asked);
  const inPlace = versionOf(kubeVersion);
  if (wanted === undefined || wanted === inPlace) return [];
  const message = `image ${name} has Kubernetes ${kubeVersion} in place (kube_version), and ${asked} is asked for; ask for that release, or choose another image`;
  return [{ field: 'labels.kube_tag', message }];
};

/**
 * A cluster goes from one release to the next, never further at once and never back: Kubernetes promises no more. Nodes that an upgrade leaves out
 * may be three releases behind the control planes, and the table of releases spans no more than that.
 */
export const checkUpgrade: NonNullable<BayDriver['checkUpgrade']> = (current, wanted) => {
  const [now, then] = [valueOf(current, 'kube_tag'), valueOf(wanted, 'kube_tag')];
  const [from, to] = [now, then].map((tag) => KUBERNETES_RELEASES.findIndex(({ minor }) => minor === releaseOf(tag)?.minor));
  // A release that is not known is refused as a label.
  if (from === undefined || to === undefined || from < 0 || to < 0 || to === from || to === from + 1) return [];
  const next = KUBERNETES_RELEASES[from + 1]?.version;
  const way = to < from ? 'a cluster does not go back; keep the release' : `upgrade to ${next ?? now} first`;
  return [{ field: 'labels.kube_tag', message: `${then} does not follow on ${now}: ${way}` }];
};

const SERVICE_RANGE = 'service_cluster_ip_range';
/** The API server counts addresses of services in a bitmap of 20 bits. */
const LARGEST_SERVICE_RANGE = 12;
/** The controller manager counts the nodes' parts in one of 16 bits. */
const MOST_NODE_BITS = 16;

/** Pods, services and nodes must have ranges of their own: a packet to an address that is two things goes to the wrong one. */
function rangeProblems(desired: BayShape): readonly Problem[] {
  const podLabel = podRangeLabel(desired.model);
  const [pods, services] = [kubeadmLabel(desired, podLabel), kubeadmLabel(desired, SERVICE_RANGE)];
  const nodes = label(desired, 'fixed_subnet_cidr');
  const broken = ([podLabel, SERVICE_RANGE] as const).filter((name) => !isCidr(kubeadmLabel(desired, name)));
  if (broken.length > 0)
    return broken.map((name) => ({ field: `labels.${name}`, message: 'is no IPv4 range; write it as 10.100.0.0/16' }));
  const problems: Problem[] = [];
  const apart = (name: string, range: string, others: string, other: string | undefined): void => {
    if (other === undefined || !overlap(range, other)) return;
    problems.push({
      field: `labels.${name}`,
      message: `${range} overlaps the range of the ${others}, ${other}; choose another range`,
    });
  };
  apart(podLabel, pods, 'services', services);
  apart(podLabel, pods, 'nodes', nodes);
  apart(SERVICE_RANGE, services, 'nodes', nodes);
  return [...problems, ...sizeProblems(desired, pods, services)];
}

function sizeProblems(desired: BayShape, pods: string, services: string): readonly Problem[] {
  const problems: Problem[] = [];
  const [podLength, serviceLength] = [lengthOf(pods), lengthOf(services)];
  const part = Number(kubeadmLabel(desired, 'flannel_network_subnetlen'));
  if (serviceLength < LARGEST_SERVICE_RANGE || serviceLength > 28)
    problems.push({
      field: `labels.${SERVICE_RANGE}`,
      message: `${services} is too large or too small; take one from /12 to /28`,
    });
  if (!(part > podLength && part - podLength <= MOST_NODE_BITS))
    problems.push({
      field: 'labels.flannel_network_subnetlen',
      message: `nodes cannot have parts of /${part} of ${pods}; take a prefix from ${podLength + 1} to ${Math.min(28, podLength + MOST_NODE_BITS)}`,
    });
  return problems;
}

function lengthOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}

/** Nodes beyond the parts of the pods' range. */
export function outgrownPods(
  desired: BayShape & { readonly nodes: readonly { readonly desired: string }[] },
): readonly Problem[] {
  const podLabel = podRangeLabel(desired.model);
  const pods = kubeadmLabel(desired, podLabel);
  if (!isCidr(pods)) return [];
  const room = 2 ** (Number(kubeadmLabel(desired, 'flannel_network_subnetlen')) - lengthOf(pods));
  const nodes = desired.nodes.filter((node) => node.desired === 'present').length;
  if (nodes <= room) return [];
  const message = `the bay would have ${nodes} nodes, and the pods' range ${pods} has parts for ${room}; make a bay with a larger range in the label ${podLabel}`;
  return [{ field: 'node_count', message }];
}

const REGISTRY = /^[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._/-]*)?$/;
/** Its name becomes that of a folder on nodes. */
const INSECURE_REGISTRY = /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/;
const HOST = /^[A-Za-z0-9*]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Labels that name ranges, hosts and registries. */
function listProblems(desired: BayShape): readonly Problem[] {
  const ranges = (['node_port_cidrs', 'ssh_allowed_cidrs'] as const).flatMap((name) =>
    misfits(desired, name, isCidr).map((part) => problem(name, part, 'is not an IPv4 range')),
  );
  const names = misfits(desired, 'api_server_cert_sans', (part) => isIP(part) !== 0 || HOST.test(part));
  const prefix = kubeadmLabel(desired, 'container_infra_prefix');
  const tags = (['flannel_tag', 'flannel_cni_tag', 'calico_tag', 'cilium_tag', ...CLOUD_TAG_LABELS] as const).filter(
    (name) => !['', undefined].includes(kubeadmLabel(desired, name)),
  );
  const registries = (desired.model.insecureRegistry ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return [
    ...ranges,
    ...names.map((part) => problem('api_server_cert_sans', part, 'is neither a name of a host nor an address')),
    ...(prefix === '' || REGISTRY.test(prefix) ? [] : [problem('container_infra_prefix', prefix, 'is no registry')]),
    ...tags
      .filter((name) => !TAG.test(kubeadmLabel(desired, name)))
      .map((name) => problem(name, kubeadmLabel(desired, name), 'is no tag')),
    ...registries
      .filter((part) => !INSECURE_REGISTRY.test(part))
      .map((part) => ({
        field: 'insecure_registry',
        message: `${JSON.stringify(part.slice(0, 40))} is no registry; write host:port`,
      })),
  ];
}

function misfits(desired: BayShape, name: OwnLabel, fits: (part: string) => boolean): readonly string[] {
  return kubeadmList(desired, name).filter((part) => !fits(part));
}

function problem(name: OwnLabel, part: string, what: string): Problem {
  return { field: `labels.${name}`, message: `${JSON.stringify(part.slice(0, 40))} ${what}` };
}
