import { hash } from 'node:crypto';
import { pemBlocksIn } from '../../../domain/certificate.js';
import type { WantedAuthorities } from '../../../ports/bay-driver.js';
import { attempt } from './attempt.js';
import type { Connections } from './connection.js';
import { itemsOf } from './kinds.js';
import { listNodes } from './nodes.js';
import { addonWorkloads, isReplaced, kubeadmWorkloads, rolloutOf } from './workloads.js';

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

/** As the function `digest` of the nodes' scripts computes it of their files. */
function digestOf(blocks: readonly string[]): string {
  return hash('sha256', blocks.join('\n'), 'hex');
}

export async function awaitedAdoption(
  connections: Connections,
  wanted: WantedAuthorities,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const trusted = digestOf(pemBlocksIn(wanted.ca).toSorted());
  return [
    ...(await awaitedNodes(connections, wanted, signal)),
    ...(await awaitedNamespaces(connections, trusted, signal)),
    ...(await awaitedWorkloads(connections, trusted, signal)),
  ];
}

async function awaitedNodes(
  { core }: Connections,
  { ofNodes }: WantedAuthorities,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const nodes = new Map((await listNodes(core, signal)).map(({ metadata }) => [metadata?.name, metadata?.annotations]));
  return [...ofNodes].flatMap(([name, pem]) =>
    nodes.get(name)?.[ADOPTED] === digestOf(pemBlocksIn(pem)) ? [] : [`node ${name} uses its new certificates`],
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
      const given = digestOf(pemBlocksIn(data?.['ca.crt'] ?? '').toSorted());
      if (given !== trusted) awaited.push(`pods of the namespace ${metadata?.namespace ?? ''} are given the authorities`);
    }
    next = page.metadata?._continue || undefined;
  } while (next !== undefined);
  return awaited;
}

async function awaitedWorkloads(connections: Connections, trusted: string, signal: AbortSignal): Promise<readonly string[]> {
  const workloads = [...(await kubeadmWorkloads(connections, signal)), ...(await addonWorkloads(connections, signal))];
  // One whose new pods cannot run, for want of an image for example, keeps nothing waiting: no pod of it trusts the old authorities any more.
  return workloads.flatMap((workload) => {
    const rollout = rolloutOf(workload);
    const isNew = workload.spec?.template.metadata?.annotations?.[TRUSTED] === trusted;
    const { namespace = '', name = '' } = workload.metadata ?? {};
    return isNew && rollout && isReplaced(rollout) ? [] : [`${namespace}/${name} has started again`];
  });
}
