import type { JsonObject } from '../../../../domain/json.js';
import { isMaster, type NodeGroup } from '../../../../domain/node-group.js';
import type { RenderInput } from '../../../../ports/bay-driver.js';
import { masterCount } from '../../../shared/node/checks.js';
import { mesosLabel, mesosList } from './labels.js';

/** What the scripts of all nodes read of the cluster. The number of masters of a bay never changes. */
export function plainSettings(input: RenderInput): JsonObject {
  return { masters: masterCount(input) };
}

const WORK_DIR = '/var/lib/mesos/agent';

/** Flags of the agents of a group, by their names in Mesos, for what a label may decide. Texts alone; an empty one is no flag. */
export function groupSettings({ bay }: RenderInput, group: NodeGroup): JsonObject {
  if (isMaster(group)) return {};
  const labels = { ...bay.desired.labels, ...group.labels };
  return {
    agent: {
      isolation: mesosList(labels, 'mesos_slave_isolation').join(','),
      image_providers: mesosList(labels, 'mesos_slave_image_providers').join(',').toLowerCase(),
      work_dir: mesosLabel(labels, 'mesos_slave_work_dir') || WORK_DIR,
      executor_environment_variables: mesosLabel(labels, 'mesos_slave_executor_env_variables'),
      attributes: `node_group:${attributeText(group.name)}`,
    },
  };
}

/** A name as an attribute of an agent, by which a framework can choose: letters, digits and dashes. */
function attributeText(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'other';
}
