import type { BayModel } from '../../../../domain/bay-model.js';
import { kubeadmLabel, type Labelled } from './labels.js';

export const NETWORK_DRIVERS = ['flannel', 'calico', 'cilium'] as const;
export type NetworkDriver = (typeof NETWORK_DRIVERS)[number];

/** The driver of a model's bays. One that is not known has been refused before; the rest of the code need not think of it. */
export function networkDriverOf({ networkDriver }: Pick<BayModel, 'networkDriver'>): NetworkDriver {
  return NETWORK_DRIVERS.find((driver) => driver === networkDriver) ?? 'flannel';
}

const RANGE_LABELS = {
  flannel: 'flannel_network_cidr',
  calico: 'calico_ipv4pool',
  cilium: 'cilium_ipv4pool',
} as const satisfies Record<NetworkDriver, string>;

/** The label that has the range of the pods' addresses. */
export function podRangeLabel(model: Pick<BayModel, 'networkDriver'>): (typeof RANGE_LABELS)[NetworkDriver] {
  return RANGE_LABELS[networkDriverOf(model)];
}

export function podRange(desired: Labelled, model: Pick<BayModel, 'networkDriver'>): string {
  return kubeadmLabel(desired, podRangeLabel(model));
}

/** Whether nodes forward packets of pods to each other as they are, from the addresses of the pods. */
export function isRouted(desired: Labelled, model: Pick<BayModel, 'networkDriver'>): boolean {
  const driver = networkDriverOf(model);
  if (driver === 'flannel') return kubeadmLabel(desired, 'flannel_backend') === 'host-gw';
  return driver === 'calico' && calicoMode(desired) !== 'Always';
}

/** As Calico names it. */
export function calicoMode(desired: Labelled): string {
  const mode = kubeadmLabel(desired, 'calico_ipv4pool_ipip');
  return mode === 'Off' ? 'Never' : mode;
}
