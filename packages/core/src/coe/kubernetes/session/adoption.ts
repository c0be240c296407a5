import type { AppsV1Api, V1DaemonSet, V1Deployment } from '@kubernetes/client-node';
import { pemBlocksIn, digestOfPem } from '../../../domain/certificate.js';
import { isDomainError } from '../../../domain/errors.js';
import type { WantedAuthorities } from '../../../ports/bay-driver.js';
import { attempt } from './attempt.js';
import type { Connections } from './connection.js';
import { itemsOf } from './kinds.js';
import { listNodes } from './nodes.js';

/*
 * How far the nodes and workloads of a cluster have adopted authorities. Most ports of a node are closed to this service, and what an API server trusts
 * as a client cannot be seen at any port. So each node says what its programs use in an annotation, when it has tried its own ports; a node can
 * write it for itself alone, and one that lies is the one that is cut off. Pods get the main authorities from a ConfigMap in each namespace. Many programs
 * read it once, so the driver's own workloads start again for other authorities, which an annotation of their pods tells.
 */
const ADOPTED = 'magnum.openstack.org/authorities';
const TRUSTED = 'magnum.openstack.org/trusted-authorities';
const ROOT_CONFIG_MAP = 'kube-root-ca.crt';
/** More namespaces than a cluster of this size has; each page is bounded in bytes as well. */
const PAGE = 500;

export async function awaitedAdoption(
  connections: Connections,
  wanted: WantedAuthorities,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const trusted = digestOfPem(pemBlocksIn(wanted.ca).toSorted());
  return [
    ...(await awaitedNodes(connections, wanted, signal)),
    ...(await awaitedNamespaces(connections, trusted, signal)),
    ...(await awaitedWorkloads(connections, trusted, signal)),
  ];
}

async function awaitedNodes(
  { core }: Connections,
  { digests }: WantedAuthorities,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const nodes = new Map((await listNodes(core, signal)).map(({ metadata }) => [metadata?.name, metadata?.annotations]));
  return [...digests].flatMap(([name, digest]) =>
    nodes.get(name)?.[ADOPTED] === digest ? [] : [`node ${name} uses its new certificates`],
  );
}

async function awaitedNamespaces({ core }: Connections, trusted: string, signal: AbortSignal): Promise<readonly string[]> {
  const awaited: string[] = [];
  let next: string | undefined;
  do {
    const page = await attempt('list the authorities that pods are given', signal, async (bounds) =>
      (await core(bounds)).listConfigMapForAllNamespaces({
        fieldSelector: `metadata.name=${ROOT_CONFIG_MAP}`,
        limit: PAGE,
        ...(next === undefined ? {} : { _continue: next }),
      }),
    );
    for (const { metadata, data } of itemsOf(page)) {
      const given = digestOfPem(pemBlocksIn(data?.['ca.crt'] ?? '').toSorted());
      if (given !== trusted) awaited.push(`pods of the namespace ${metadata?.namespace ?? ''} are given the authorities`);
    }
    next = page.metadata?._continue || undefined;
  } while (next !== undefined);
  return awaited;
}

interface SystemWorkload {
  readonly namespace: string;
  readonly name: string;
  read(api: AppsV1Api, place: { readonly namespace: string; readonly name: string }): Promise<V1DaemonSet | V1Deployment>;
}

const daemonSet: SystemWorkload['read'] = (api, place) => api.readNamespacedDaemonSet(place);
const deployment: SystemWorkload['read'] = (api, place) => api.readNamespacedDeployment(place);

/** The same as in `system_workloads` of the nodes' scripts. */
const SYSTEM_WORKLOADS: readonly SystemWorkload[] = [
  { namespace: 'kube-system', name: 'kube-proxy', read: daemonSet },
  { namespace: 'kube-system', name: 'coredns', read: deployment },
  { namespace: 'kube-flannel', name: 'flannel', read: daemonSet },
];

async function awaitedWorkloads({ apps }: Connections, trusted: string, signal: AbortSignal): Promise<readonly string[]> {
  const awaited: string[] = [];
  for (const { namespace, name, read } of SYSTEM_WORKLOADS) {
    const found = await attempt(`read the workload ${name}`, signal, async (bounds) =>
      read(await apps(bounds), { namespace, name }),
    ).catch((error: unknown) => {
      // A cluster's owner may have replaced it with another program.
      if (isDomainError(error, 'workload-not-found')) return undefined;
      throw error;
    });
    if (found && !hasRolledOut(found, trusted)) awaited.push(`${namespace}/${name} has started again`);
  }
  return awaited;
}

function hasRolledOut({ metadata, spec, status }: V1DaemonSet | V1Deployment, trusted: string): boolean {
  if (spec?.template.metadata?.annotations?.[TRUSTED] !== trusted) return false;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return false;
  if (status && 'desiredNumberScheduled' in status)
    return status.updatedNumberScheduled === status.desiredNumberScheduled && (status.numberUnavailable ?? 0) === 0;
  const replicas = spec && 'replicas' in spec ? (spec.replicas ?? 1) : 1;
  return (
    status !== undefined && 'updatedReplicas' in status && status.updatedReplicas === replicas && !status.unavailableReplicas
  );
}
