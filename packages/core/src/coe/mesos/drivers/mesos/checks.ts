import type { Labels, Problem } from '../../../../domain/labels.js';
import type { BayShape } from '../../../../ports/bay-driver.js';
import { floatingProblems, masterCount, portProblems } from '../../../shared/node/checks.js';
import { mesosLabel, mesosList } from './labels.js';

/*
 * What Mesos itself would refuse, but only when its agents start: on servers that exist by then, in a bay that waits for them until its
 * time limit. So it is refused before anything is made.
 */

/** Isolators that Mesos knows (docs/contract/validation.md#labels). */
const ISOLATORS: readonly string[] = [
  'filesystem/posix',
  'filesystem/linux',
  'filesystem/shared',
  'posix/cpu',
  'posix/mem',
  'posix/disk',
  'cgroups/cpu',
  'cgroups/mem',
  'docker/runtime',
  'namespaces/pid',
];
const PROVIDERS: readonly string[] = ['docker', 'appc'];
const LONGEST_SHOWN = 40;

export function check(desired: BayShape): readonly Problem[] {
  const sets = [
    desired.bay.desired.labels,
    ...desired.nodeGroups.map((group) => ({ ...desired.bay.desired.labels, ...group.labels })),
  ];
  return [
    ...masterProblems(desired),
    ...floatingProblems(desired),
    ...portProblems(desired),
    ...unique(sets.flatMap(agentProblems)),
  ];
}

/** Problems of labels that agents are started with. */
export function agentProblems(labels: Labels): readonly Problem[] {
  return [...isolationProblems(labels), ...providerProblems(labels), ...folderProblems(labels), ...environmentProblems(labels)];
}

function masterProblems(desired: BayShape): readonly Problem[] {
  const masters = masterCount(desired);
  if (masters % 2 === 1) return [];
  return [{ field: 'master_count', message: `masters agree by majority, so their number is odd, got ${masters}` }];
}

function isolationProblems(labels: Labels): readonly Problem[] {
  const field = 'labels.mesos_slave_isolation';
  const named = mesosList(labels, 'mesos_slave_isolation');
  const unknown = named.filter((name) => !ISOLATORS.includes(name));
  const filesystems = [...new Set(named.filter((name) => name.startsWith('filesystem/')))];
  return [
    ...unknown.map((name) => ({ field, message: `${shown(name)} is no isolator; known are ${ISOLATORS.join(', ')}` })),
    ...(filesystems.length > 1 ? [{ field, message: `${filesystems.join(' and ')} exclude each other; name one of them` }] : []),
  ];
}

function providerProblems(labels: Labels): readonly Problem[] {
  const providers = mesosList(labels, 'mesos_slave_image_providers').map((name) => name.toLowerCase());
  const isolators = mesosList(labels, 'mesos_slave_isolation');
  const field = 'labels.mesos_slave_image_providers';
  const unknown = providers.filter((name) => !PROVIDERS.includes(name));
  const lacks = providers.includes('docker') && !isolators.includes('docker/runtime');
  const message = 'images of docker need the isolator docker/runtime; add it, or leave mesos_slave_image_providers out';
  return [
    ...unknown.map((name) => ({ field, message: `${shown(name)} is no image provider; known are ${PROVIDERS.join(', ')}` })),
    ...(lacks ? [{ field: 'labels.mesos_slave_isolation', message }] : []),
  ];
}

/** Folders in which a distribution keeps nothing that an agent could damage: it empties parts of its folder when it starts. */
const FOLDER = /^\/(var\/lib|srv|opt|mnt|data)(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/;
const TAKEN = /^\/(opt\/magnum|var\/lib\/(docker|dpkg|apt|cloud|systemd|containerd|zookeeper))(\/|$)/;

function folderProblems(labels: Labels): readonly Problem[] {
  const folder = mesosLabel(labels, 'mesos_slave_work_dir');
  if (folder === '' || (FOLDER.test(folder) && !TAKEN.test(folder))) return [];
  const message = `${shown(folder)} cannot be the folder of an agent's work; name one of its own below /var/lib, /srv, /opt, /mnt or /data`;
  return [{ field: 'labels.mesos_slave_work_dir', message }];
}

function environmentProblems(labels: Labels): readonly Problem[] {
  const text = mesosLabel(labels, 'mesos_slave_executor_env_variables');
  if (text === '' || isMapOfTexts(text)) return [];
  const message = `${shown(text)} is no JSON object of texts, such as {"LANG":"C.UTF-8"}`;
  return [{ field: 'labels.mesos_slave_executor_env_variables', message }];
}

function isMapOfTexts(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.entries(value).every(
      ([name, one]) => /^[A-Za-z_]\w*$/.test(name) && typeof one === 'string' && !one.includes('\0'),
    );
  } catch {
    return false;
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_SHOWN));
}

/** Groups share the labels of their bay, and with them its problems. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.field} ${problem.message}`, problem])).values()];
}
