import { labelValue, type LabelSchema } from '../../../../domain/labels.js';
import type { DesiredBay } from '../../../../ports/bay-driver.js';
import { CLOUD_LABELS, NODE_LABELS } from '../../../shared/node/labels.js';

/** Every label that this driver reads; those that only earlier drivers read are accepted and change nothing. */
export const SWARM_LABELS = {
  ...CLOUD_LABELS,
  swarm_address_pool: {
    type: 'cidr',
    default: '10.128.0.0/16',
    fixed: true,
    meaning: 'Range from which the swarm takes its overlay networks, /24 each.',
  },
  ...NODE_LABELS,
  network_mtu: {
    type: 'integer',
    minimum: 576,
    fixed: true,
    meaning:
      "MTU of the nodes' network in bytes, from which those of Docker's networks follow; that of the node's interface when absent.",
  },
  swarm_strategy: {
    type: 'string',
    default: 'spread',
    oneOf: ['spread', 'binpack', 'random'],
    meaning: 'Accepted from legacy Swarm; Swarm mode always spreads.',
  },
  rexray_preempt: {
    type: 'string',
    default: 'false',
    meaning: 'Accepted; read by the rexray volume driver of earlier images only.',
  },
} as const satisfies LabelSchema;

/** Value of a bay's label that this driver alone reads, or its default. */
export function swarmLabel({ bay }: Pick<DesiredBay, 'bay'>, name: keyof typeof SWARM_LABELS): string | undefined {
  return labelValue(SWARM_LABELS, bay.desired.labels, name);
}
