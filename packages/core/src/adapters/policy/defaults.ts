/**
 * The default rules of both generations: docs/contract/endpoints.md#default-policies. `project`: the target's project (and an
 * administrator), never the accounts of bays' nodes; `user`: the target's user, an administrator, or the account of the bay's own
 * nodes; `client`: the same without the nodes; `members`: the project's members alone; `admin`: administrators; `nodes`: the account of the bay's own nodes alone.
 */
export type Audience = 'project' | 'user' | 'client' | 'members' | 'admin' | 'nodes';

export interface DefaultRule {
  readonly audience: Audience;
  /** In the new generation, readers may read and members may write. */
  readonly access: 'read' | 'write';
  /** The rule of the new generation, in oslo.policy's language. */
  readonly check: string;
  /** The former rule, without the role `reader`: it holds beside `check` unless `enforce_new_defaults`. */
  readonly deprecated: string | null;
}

/** Rules that others refer to, under upstream's names where upstream has them: a policy file may replace each. */
export const BASE_RULES: Readonly<Record<string, string>> = {
  context_is_admin: 'role:admin',
  admin_api: 'rule:context_is_admin',
  admin_or_owner: 'is_admin:True or project_id:%(project_id)s',
  admin_or_user: 'is_admin:True or user_id:%(user_id)s',
  cluster_user: 'user_id:%(trustee_user_id)s',
  deny_cluster_user: 'not domain_id:%(trustee_domain_id)s',
  project_member: 'role:member and project_id:%(project_id)s',
  project_reader: 'role:reader and project_id:%(project_id)s',
  project_member_user: 'rule:project_member and user_id:%(user_id)s',
  project_reader_user: 'rule:project_reader and user_id:%(user_id)s',
};

// Upstream's check of earlier generations lets everyone pass who is not a node, and leaves the rest to what the caller can see.
// A token without a project would then share its bays with all others of its kind: the project is asked for, too.
const OWNER = 'rule:admin_or_owner and rule:deny_cluster_user';

const CHECKS: Readonly<Record<Audience, Readonly<Record<DefaultRule['access'] | 'deprecated', string | null>>>> = {
  project: {
    read: 'rule:deny_cluster_user and (rule:context_is_admin or rule:project_reader)',
    write: 'rule:deny_cluster_user and (rule:context_is_admin or rule:project_member)',
    deprecated: OWNER,
  },
  user: {
    read: 'rule:context_is_admin or rule:project_reader_user or rule:cluster_user',
    write: 'rule:context_is_admin or rule:project_member_user or rule:cluster_user',
    deprecated: 'rule:admin_or_user or rule:cluster_user',
  },
  members: {
    read: 'rule:deny_cluster_user and rule:project_reader',
    write: 'rule:deny_cluster_user and rule:project_member',
    deprecated: OWNER,
  },
  client: {
    read: 'rule:deny_cluster_user and (rule:context_is_admin or rule:project_reader_user)',
    write: 'rule:deny_cluster_user and (rule:context_is_admin or rule:project_member_user)',
    deprecated: 'rule:deny_cluster_user and rule:admin_or_user',
  },
  nodes: { read: 'rule:cluster_user', write: 'rule:cluster_user', deprecated: null },
  admin: { read: 'rule:admin_api', write: 'rule:admin_api', deprecated: null },
};

const READS = new Set(['get_all', 'detail', 'get', 'get_one', 'events', 'logs']);
const CRUD = ['get_all', 'detail', 'get', 'create', 'update', 'delete'];
/** The same in all projects, for administrators. */
const EVERYWHERE = [
  'get_all_all_projects',
  'detail_all_projects',
  'get_one_all_projects',
  'update_all_projects',
  'delete_all_projects',
];

type Rules = Readonly<Record<string, DefaultRule>>;

function all(noun: string, actions: readonly string[], audience: Audience): Rules {
  return Object.fromEntries(
    actions.map((action) => {
      const access = READS.has(action.replace('_all_projects', '')) ? 'read' : 'write';
      const { [access]: check, deprecated } = CHECKS[audience];
      return [`${noun}:${action}`, { audience, access, check: check ?? '!', deprecated }];
    }),
  );
}

/** Both wordings share a rule: an operator who replaces `cluster:create` has not left `bay:create` open. */
function same(noun: string, actions: readonly string[], as: Rules, otherNoun: string): Rules {
  return Object.fromEntries(
    actions.flatMap((action) => {
      const name = `${otherNoun}:${action}`;
      const other = as[name];
      return other ? [[`${noun}:${action}`, { ...other, check: `rule:${name}`, deprecated: null }]] : [];
    }),
  );
}

const CLUSTERS: Rules = {
  ...all('cluster', [...CRUD, 'resize', 'upgrade'], 'project'),
  ...all('cluster', ['update_health_status'], 'user'),
  ...all('cluster', [...EVERYWHERE, 'upgrade_all_projects'], 'admin'),
};
const TEMPLATES: Rules = {
  ...all('clustertemplate', CRUD, 'project'),
  ...all('clustertemplate', ['publish', ...EVERYWHERE], 'admin'),
};
/** A caller that may see a bay may read its events. */
const storyOf = (noun: string, rules: Rules): Rules => {
  const get = rules[`${noun}:get`];
  return get ? { [`${noun}:events`]: { ...get, check: `rule:${noun}:get`, deprecated: null } } : {};
};
/**
 * A caller who may have a certificate signed may have the key made, too, so that replacing the one rule closes the other. Nodes may
 * not: what they would get makes them administrators of their bay.
 */
const CONFIGS: Rules = Object.fromEntries(
  ['bay', 'cluster'].map((noun) => [
    `${noun}:config`,
    { audience: 'client', access: 'write', check: 'rule:deny_cluster_user and rule:certificate:create', deprecated: null },
  ]),
);
/** A caller who may run a container may bring its image. */
const IMAGES: Rules = Object.fromEntries(
  ['bay', 'cluster'].map((noun) => [
    `${noun}:load_image`,
    { audience: 'project', access: 'write', check: 'rule:container:create', deprecated: null },
  ]),
);
const BAYS = same('bay', CRUD, CLUSTERS, 'cluster');

/** By action: every action that the spec names, and those of the contract. */
export const DEFAULT_RULES: Rules = {
  ...BAYS,
  ...storyOf('bay', BAYS),
  ...same('baymodel', [...CRUD, 'publish'], TEMPLATES, 'clustertemplate'),
  ...CLUSTERS,
  ...storyOf('cluster', CLUSTERS),
  ...TEMPLATES,
  ...all('driver', ['get_all', 'get'], 'project'),
  ...all('nodegroup', ['get_all', 'get', 'create', 'update', 'delete'], 'project'),
  ...all('nodegroup', ['get_all_all_projects', 'get_one_all_projects'], 'admin'),
  ...all('certificate', ['get', 'create'], 'user'),
  ...CONFIGS,
  ...IMAGES,
  ...all('certificate', ['rotate_ca'], 'project'),
  ...all('credential', ['rotate'], 'members'),
  ...all('credential', ['get', 'confirm', 'get_secrets'], 'nodes'),
  ...all('addon', ['get'], 'nodes'),
  ...all('quota', ['get_all', 'create', 'update', 'delete'], 'admin'),
  ...all('quota', ['get'], 'project'),
  ...all('stats', ['get_all'], 'project'),
  ...all('magnum-service', ['get_all'], 'admin'),
  ...all('federation', CRUD, 'project'),
  ...all('node', CRUD, 'project'),
  ...all('pod', CRUD, 'project'),
  ...all('service', CRUD, 'project'),
  ...all('rc', CRUD, 'project'),
  ...all('container', [...CRUD, 'start', 'stop', 'reboot', 'pause', 'unpause', 'logs', 'execute'], 'project'),
  ...all('x509keypair', ['get_all', 'detail', 'get', 'create', 'delete'], 'project'),
  ...all('x509keypair', ['get_private_key'], 'user'),
};
