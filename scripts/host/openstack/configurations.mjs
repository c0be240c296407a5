// Configuration files of the OpenStack of the tests, one function for each service. All of it is data: lines of oslo.config's files.
import { join } from 'node:path';
import { IP, PASSWORD, REGION, VOLUME_TYPE } from './services.mjs';

/**
 * Where the parts of a cloud are: its folder, the port of each service, the database's port, the message broker's address.
 * @typedef {{ folder: string, ports: Record<string, number>, database: number, broker: string }} Cloud
 * @typedef {ReturnType<typeof commonLines>} CommonLines
 * @typedef {Cloud & CommonLines & { state: (name: string) => string }} Context
 */

/**
 * Lines that every service has in its own way.
 * @param {Pick<Cloud, 'ports' | 'database'>} cloud
 */
export function commonLines({ ports, database }) {
  /** @param {string} user */
  const account = (user) => [
    'auth_type = password',
    `auth_url = http://${IP}:${ports.keystone}/v3`,
    `username = ${user}`,
    `password = ${PASSWORD}`,
    'project_name = service',
    'user_domain_name = Default',
    'project_domain_name = Default',
  ];
  /** @param {string} user */
  const service = (user) => [...account(user), `region_name = ${REGION}`];
  return {
    db: (/** @type {string} */ name) => `connection = mysql+pymysql://magnum:magnum@${IP}:${database}/${name}?charset=utf8`,
    account,
    service,
    authtoken: (/** @type {string} */ user) => [
      '[keystone_authtoken]',
      ...service(user),
      `www_authenticate_uri = http://${IP}:${ports.keystone}/v3`,
    ],
  };
}

/**
 * Text of every configuration file, by its path below `etc`.
 * @param {Cloud} cloud
 */
export function configurations(cloud) {
  /** @type {Context} */
  const context = { ...cloud, ...commonLines(cloud), state: (name) => join(cloud.folder, 'state', name) };
  const files = {
    'keystone.conf': keystoneLines(context),
    'placement/placement.conf': placementLines(context),
    'glance.conf': glanceLines(context),
    'neutron.conf': neutronLines(context),
    'heat.conf': heatLines(context),
    // Lets a conductor find the bays of all projects with one request.
    'heat-policy.yaml': ['"stacks:global_index": "role:admin"'],
    'nova.conf': novaLines(context),
    // Found by its name below the home folder: its programs take no other.
    'barbican/barbican.conf': barbicanLines(context),
    'cinder.conf': cinderLines(context),
    'octavia.conf': octaviaLines(context),
  };
  return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, `${lines.join('\n')}\n`]));
}

/** @param {Context} context */
function keystoneLines({ state, db }) {
  return [
    '[DEFAULT]',
    'use_stderr = true',
    '[database]',
    db('keystone'),
    '[identity]',
    'password_hash_rounds = 4',
    '[token]',
    'provider = fernet',
    'expiration = 86400',
    '[fernet_tokens]',
    `key_repository = ${state('fernet-keys')}`,
    // Beside the tokens' keys: by default both are looked for in /etc/keystone, which the package leaves empty.
    '[fernet_receipts]',
    `key_repository = ${state('fernet-keys')}`,
    '[credential]',
    `key_repository = ${state('credential-keys')}`,
    '[oslo_policy]',
    'enforce_scope = false',
  ];
}

/** @param {Context} context */
function placementLines({ db, authtoken }) {
  return [
    '[DEFAULT]',
    'use_stderr = true',
    '[placement_database]',
    db('placement'),
    '[api]',
    'auth_strategy = keystone',
    ...authtoken('placement'),
  ];
}

/** @param {Context} context */
function glanceLines({ ports, state, db, authtoken }) {
  return [
    '[DEFAULT]',
    `bind_host = ${IP}`,
    `bind_port = ${ports.glance}`,
    'workers = 0',
    'use_stderr = true',
    'enabled_backends = fs:file',
    '[database]',
    db('glance'),
    '[glance_store]',
    'default_backend = fs',
    '[fs]',
    `filesystem_store_datadir = ${state('images')}`,
    '[os_glance_staging_store]',
    `filesystem_store_datadir = ${state('staging')}`,
    '[os_glance_tasks_store]',
    `filesystem_store_datadir = ${state('tasks')}`,
    ...authtoken('glance'),
    '[paste_deploy]',
    'flavor = keystone',
    'config_file = /etc/glance/glance-api-paste.ini',
  ];
}

/** @param {Context} context */
function neutronLines({ ports, broker, state, db, service, authtoken }) {
  return [
    '[DEFAULT]',
    `bind_host = ${IP}`,
    `bind_port = ${ports.neutron}`,
    'api_workers = 1',
    'rpc_workers = 1',
    'rpc_state_report_workers = 0',
    'core_plugin = ml2',
    'service_plugins = router',
    'api_paste_config = /etc/neutron/api-paste.ini',
    `transport_url = ${broker}`,
    'auth_strategy = keystone',
    'notify_nova_on_port_status_changes = false',
    'notify_nova_on_port_data_changes = false',
    `state_path = ${state('neutron')}`,
    'agent_down_time = 86400',
    '[quotas]',
    ...['network', 'subnet', 'port', 'router', 'floatingip', 'security_group', 'security_group_rule'].map(
      (what) => `quota_${what} = -1`,
    ),
    '[ml2]',
    'type_drivers = flat,vxlan,local',
    'tenant_network_types = vxlan',
    'mechanism_drivers = openvswitch',
    'extension_drivers = port_security',
    '[ml2_type_flat]',
    'flat_networks = *',
    '[ml2_type_vxlan]',
    'vni_ranges = 1:100000',
    '[oslo_concurrency]',
    `lock_path = ${state('neutron-lock')}`,
    '[database]',
    db('neutron'),
    ...authtoken('neutron'),
    '[placement]',
    ...service('placement'),
  ];
}

/** @param {Context} context */
function heatLines({ folder, ports, broker, db, account, authtoken }) {
  return [
    '[DEFAULT]',
    `transport_url = ${broker}`,
    'use_stderr = true',
    'num_engine_workers = 2',
    `heat_metadata_server_url = http://${IP}:${ports['heat-api']}`,
    'stack_user_domain_name = heat',
    'stack_domain_admin = heat_domain_admin',
    `stack_domain_admin_password = ${PASSWORD}`,
    'deferred_auth_method = trusts',
    `region_name_for_services = ${REGION}`,
    '[heat_api]',
    `bind_host = ${IP}`,
    `bind_port = ${ports['heat-api']}`,
    'workers = 1',
    '[database]',
    db('heat'),
    ...authtoken('heat'),
    '[trustee]',
    ...account('heat').filter((line) => !line.startsWith('project_')),
    '[clients_keystone]',
    `auth_uri = http://${IP}:${ports.keystone}`,
    '[oslo_policy]',
    `policy_file = ${join(folder, 'etc', 'heat-policy.yaml')}`,
  ];
}

/** @param {Context} context */
function novaLines({ ports, broker, state, db, account, service, authtoken }) {
  return [
    '[DEFAULT]',
    'host = magnum-test',
    `my_ip = ${IP}`,
    'compute_driver = fake.FakeDriver',
    'enabled_apis = osapi_compute',
    `osapi_compute_listen = ${IP}`,
    `osapi_compute_listen_port = ${ports['nova-api']}`,
    'osapi_compute_workers = 1',
    `transport_url = ${broker}`,
    `state_path = ${state('nova')}`,
    'use_stderr = true',
    'vif_plugging_is_fatal = false',
    'vif_plugging_timeout = 0',
    'initial_disk_allocation_ratio = 100',
    'initial_ram_allocation_ratio = 100',
    'initial_cpu_allocation_ratio = 100',
    '[quota]',
    ...['instances', 'cores', 'ram', 'key_pairs', 'server_groups', 'server_group_members'].map((what) => `${what} = -1`),
    '[filter_scheduler]',
    'track_instance_changes = false',
    '[scheduler]',
    'workers = 1',
    'discover_hosts_in_cells_interval = 5',
    '[conductor]',
    'workers = 1',
    '[wsgi]',
    'api_paste_config = /etc/nova/api-paste.ini',
    '[api]',
    'auth_strategy = keystone',
    '[api_database]',
    db('nova_api'),
    '[database]',
    db('nova'),
    ...authtoken('nova'),
    '[service_user]',
    'send_service_user_token = true',
    ...service('nova'),
    '[placement]',
    ...service('placement'),
    '[neutron]',
    ...service('neutron'),
    '[glance]',
    `api_servers = http://${IP}:${ports.glance}`,
    '[cinder]',
    ...account('nova'),
    `os_region_name = ${REGION}`,
    '[oslo_concurrency]',
    `lock_path = ${state('nova-lock')}`,
  ];
}

/** @param {Context} context */
function barbicanLines({ ports, db, authtoken }) {
  return [
    '[DEFAULT]',
    'use_stderr = true',
    `host_href = http://${IP}:${ports.barbican}`,
    `sql_connection = ${db('barbican').replace(/^.*? = /, '')}`,
    'db_auto_create = false',
    '[queue]',
    'enable = false',
    '[keystone_notifications]',
    'enable = false',
    '[secretstore]',
    'enabled_secretstore_plugins = store_crypto',
    '[crypto]',
    'enabled_crypto_plugins = simple_crypto',
    '[simple_crypto_plugin]',
    `kek = ${Buffer.from(PASSWORD.padEnd(32, '-')).toString('base64')}`,
    ...authtoken('barbican'),
  ];
}

/** @param {Context} context */
function cinderLines({ ports, broker, state, db, service, authtoken }) {
  return [
    '[DEFAULT]',
    'host = magnum-test',
    `my_ip = ${IP}`,
    `transport_url = ${broker}`,
    'use_stderr = true',
    `state_path = ${state('cinder')}`,
    'rootwrap_config = /etc/cinder/rootwrap.conf',
    'api_paste_config = /etc/cinder/api-paste.ini',
    'auth_strategy = keystone',
    `osapi_volume_listen = ${IP}`,
    `osapi_volume_listen_port = ${ports.cinder}`,
    'osapi_volume_workers = 1',
    'enabled_backends = empty',
    `default_volume_type = ${VOLUME_TYPE}`,
    `glance_api_servers = http://${IP}:${ports.glance}`,
    ...['volumes', 'snapshots', 'gigabytes', 'backups', 'backup_gigabytes', 'groups'].map((what) => `quota_${what} = -1`),
    '[empty]',
    'volume_driver = empty_volumes.EmptyVolumes',
    'volume_backend_name = empty',
    '[database]',
    db('cinder'),
    ...authtoken('cinder'),
    '[service_user]',
    'send_service_user_token = true',
    ...service('cinder'),
    '[nova]',
    ...service('nova'),
    '[oslo_concurrency]',
    `lock_path = ${state('cinder-lock')}`,
  ];
}

/** @param {Context} context */
function octaviaLines({ broker, db, account, authtoken }) {
  return [
    '[DEFAULT]',
    'use_stderr = true',
    `transport_url = ${broker}`,
    '[api_settings]',
    'auth_strategy = keystone',
    'enabled_provider_drivers = noop_driver:load balancers without traffic',
    'default_provider_driver = noop_driver',
    '[database]',
    db('octavia'),
    ...authtoken('octavia'),
    '[service_auth]',
    ...account('octavia'),
    '[controller_worker]',
    'network_driver = allowed_address_pairs_driver',
    '[neutron]',
    `region_name = ${REGION}`,
  ];
}
