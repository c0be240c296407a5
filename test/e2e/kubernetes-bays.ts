import type { Bay, Magnum } from '@magnum-ts/sdk';
import { expect } from 'vitest';
import { administratorRequest, type KeyPair } from './tls.js';

type NewModel = Parameters<Magnum['bayModels']['create']>[0];
type NewBay = Omit<Parameters<Magnum['bays']['create']>[0], 'baymodel_id'>;

/** The image that Kubernetes' own tests run; nodes have it. */
export const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

/** A model of Kubernetes bays; `kubernetes` unless it is said otherwise. */
export function aKubernetesModel(magnum: Magnum, change: Partial<NewModel> = {}): Promise<unknown> {
  return magnum.bayModels.create({
    name: 'kubernetes',
    coe: 'kubernetes',
    image_id: 'debian-12-kubernetes',
    keypair_id: 'default',
    external_network_id: 'public',
    flavor_id: 'm1.small',
    ...change,
  });
}

/** A complete bay of that model. */
export async function aKubernetesBay(magnum: Magnum, wanted: NewBay): Promise<Bay> {
  const { uuid } = await magnum.bays.create({ baymodel_id: 'kubernetes', ...wanted });
  const bay = await magnum.bays.waitUntil(uuid, { intervalMs: 1_000, timeoutMs: 600_000 });
  expect(bay.status, bay.status_reason ?? '').toBe('CREATE_COMPLETE');
  return bay;
}

/** A client certificate of an administrator of that bay. */
export async function administratorOf(magnum: Magnum, bayId: string): Promise<KeyPair> {
  const { key, csr } = await administratorRequest();
  const { pem } = await magnum.certificates.sign({ bay_uuid: bayId, csr });
  return { key, certificate: pem };
}

/** Names of the nodes of a role. */
export async function namesOf(magnum: Magnum, bayId: string, wanted: 'master' | 'worker'): Promise<readonly string[]> {
  const nodes = await magnum.nodes.list({ bay_ident: bayId }).toArray();
  return nodes.flatMap(({ name, role }) => (role === wanted && name ? [name] : []));
}

/** Pods of one label, spread over the nodes. */
export function webController(replicas: number): object {
  const pod = {
    terminationGracePeriodSeconds: 2,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
    containers: [
      {
        name: 'web',
        image: AGNHOST,
        args: ['netexec', '--http-port=8080'],
        readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
      },
    ],
  };
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web' },
    spec: { replicas, selector: { app: 'web' }, template: { metadata: { labels: { app: 'web' } }, spec: pod } },
  };
}
