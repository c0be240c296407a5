import { labelValue, type Labels, type LabelSchema } from '../../../../domain/labels.js';
import { CLOUD_LABELS, NODE_LABELS } from '../../../shared/node/labels.js';

/** Labels that this driver alone reads. */
const OWN_LABELS = {
  mesos_slave_isolation: {
    type: 'string',
    default: '',
    meaning: "Isolators of the agents' containers, separated by commas; those of Mesos itself when empty.",
  },
  mesos_slave_image_providers: {
    type: 'string',
    default: '',
    meaning: 'Kinds of images that agents unpack without Docker Engine: `docker`, `appc` or both, separated by a comma.',
  },
  mesos_slave_work_dir: {
    type: 'string',
    default: '',
    meaning:
      "Folder of the agents' work, below `/var/lib`, `/srv`, `/opt`, `/mnt` or `/data`; `/var/lib/mesos/agent` when empty.",
  },
  mesos_slave_executor_env_variables: {
    type: 'string',
    default: '',
    meaning: 'Environment of all executors: a JSON object of texts, such as `{"LANG":"C.UTF-8"}`.',
  },
  rexray_preempt: {
    type: 'string',
    default: 'false',
    meaning: 'Accepted; read by the rexray volume driver of earlier images only.',
  },
} as const satisfies LabelSchema;

/** Every label that this driver reads or accepts. */
export const MESOS_LABELS: LabelSchema = { ...CLOUD_LABELS, ...NODE_LABELS, ...OWN_LABELS };

export type OwnLabel = keyof typeof OWN_LABELS;

/** Value of a label that this driver alone reads, or its default, in any set of labels: a node group may bring its own. */
export function mesosLabel(labels: Labels, name: OwnLabel): string {
  return labelValue(OWN_LABELS, labels, name) ?? '';
}

/** Parts of a label that names several things, separated by commas. */
export function mesosList(labels: Labels, name: OwnLabel): readonly string[] {
  return mesosLabel(labels, name)
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
