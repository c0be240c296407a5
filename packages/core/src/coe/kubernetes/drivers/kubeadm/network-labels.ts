import type { LabelSchema } from '../../../../domain/labels.js';

const RANGE = "Range of the pods' addresses with the network driver";

/** Labels of the network drivers beside flannel. */
export const NETWORK_LABELS = {
  calico_ipv4pool: { type: 'cidr', default: '10.100.0.0/16', fixed: true, meaning: `${RANGE} calico.` },
  calico_ipv4pool_ipip: {
    type: 'string',
    default: 'Off',
    oneOf: ['Always', 'CrossSubnet', 'Never', 'Off'],
    fixed: true,
    meaning:
      "When Calico encapsulates packets of pods in IP; with `Off`, the same as `Never`, nodes send from the pods' addresses.",
  },
  calico_tag: { type: 'string', meaning: "Tag of Calico's images; that of this release of the service when absent." },
  cilium_ipv4pool: { type: 'cidr', default: '10.100.0.0/16', fixed: true, meaning: `${RANGE} cilium.` },
  cilium_tag: { type: 'string', meaning: "Tag of Cilium's images; that of this release of the service when absent." },
} as const satisfies LabelSchema;
