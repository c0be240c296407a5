/**
 * Default rules by action, in four words (contract, endpoints "Policy defaults"): `member`, everyone but the accounts of
 * bays' nodes; `owner`, the project or an admin; `user`, the same user, an admin, or the bay's own trustee; `admin`.
 */
export type Rule = 'member' | 'owner' | 'user' | 'admin';

const all = (noun: string, actions: readonly string[], rule: Rule): Record<string, Rule> =>
  Object.fromEntries(actions.map((action) => [`${noun}:${action}`, rule]));

const CRUD = ['get_all', 'detail', 'get', 'create', 'update', 'delete'];
/** The same in all projects, for administrators. */
const EVERYWHERE = [
  'get_all_all_projects',
  'detail_all_projects',
  'get_one_all_projects',
  'update_all_projects',
  'delete_all_projects',
];

export const DEFAULT_RULES: Readonly<Record<string, Rule>> = {
  ...all('bay', ['get_all', 'detail', 'create'], 'member'),
  ...all('bay', ['get', 'update', 'delete', 'events'], 'owner'),
  ...all('baymodel', ['get_all', 'detail', 'get', 'create'], 'member'),
  ...all('baymodel', ['update', 'delete'], 'owner'),
  'baymodel:publish': 'admin',
  ...all('cluster', ['get_all', 'detail', 'create'], 'member'),
  ...all('cluster', ['get', 'update', 'delete', 'events'], 'owner'),
  'cluster:update_health_status': 'user',
  ...all('cluster', EVERYWHERE, 'admin'),
  ...all('clustertemplate', ['get_all', 'detail', 'get', 'create'], 'member'),
  ...all('clustertemplate', ['update', 'delete'], 'owner'),
  'clustertemplate:publish': 'admin',
  ...all('clustertemplate', EVERYWHERE, 'admin'),
  ...all('driver', ['get_all', 'get'], 'member'),
  ...all('node', ['get_all', 'detail', 'get'], 'member'),
  ...all('container', [...CRUD, 'start', 'stop', 'reboot', 'pause', 'unpause', 'logs', 'execute'], 'member'),
  'certificate:get': 'user',
  'certificate:create': 'user',
  'magnum-service:get_all': 'admin',
  ...all('cluster', ['resize', 'upgrade'], 'owner'),
  'cluster:upgrade_all_projects': 'admin',
  ...all('nodegroup', ['get_all', 'get', 'create', 'update', 'delete'], 'owner'),
  ...all('nodegroup', ['get_all_all_projects', 'get_one_all_projects'], 'admin'),
  ...all('quota', ['get_all', 'create', 'update', 'delete'], 'admin'),
  'quota:get': 'owner',
  'stats:get_all': 'owner',
  ...all('federation', ['get_all', 'detail', 'create'], 'member'),
  ...all('federation', ['get', 'update', 'delete'], 'owner'),
};
