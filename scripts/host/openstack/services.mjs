// What runs in the OpenStack of the tests: the services, their ports, their configuration. Everything listens on loopback.
import { join } from 'node:path';

export const PASSWORD = 'magnum-test';
export const REGION = 'RegionOne';
export const VOLUME_TYPE = 'standard';
const IP = '127.0.0.1';

/** Services in the order in which they start; those with a port answer there when they are ready. */
export const SERVICES = [
  'keystone',
  'placement',
  'glance',
  'neutron',
  'neutron-agent',
  'heat-engine',
  'heat-api',
  'nova-api',
  'nova-conductor',
  'nova-scheduler',
  'nova-compute',
  'barbican',
  'cinder',
  'octavia',
];
export const WITH_PORT = ['keystone', 'placement', 'glance', 'neutron', 'heat-api', 'nova-api', 'barbican', 'cinder', 'octavia'];

export const DATABASES = [
  ...['keystone', 'placement', 'glance', 'neutron', 'heat', 'nova', 'nova_api', 'nova_cell0'],
  ...['barbican', 'cinder', 'octavia'],
];

/** Programs that must exist, and the Debian packages that bring them. */
export const PROGRAMS = {
  'keystone-manage': 'keystone',
  uwsgi_python3: 'uwsgi-plugin-python3',
  'placement-manage': 'placement-api',
  'glance-api': 'glance-api',
  'neutron-server': 'neutron-common',
  'heat-engine': 'heat-engine',
  'heat-api': 'heat-api',
  'nova-api': 'nova-api',
  'nova-conductor': 'nova-conductor',
  'nova-scheduler': 'nova-scheduler',
  'barbican-wsgi-api': 'barbican-common',
  'cinder-manage': 'cinder-common',
  'octavia-db-manage': 'octavia-common',
};

/** Catalog of the cloud: type, name, address. */
export function catalogOf(ports) {
  const at = (name, path = '') => `http://${IP}:${ports[name]}${path}`;
  return [
    ['placement', 'placement', at('placement')],
    ['image', 'glance', at('glance')],
    ['network', 'neutron', at('neutron')],
    ['compute', 'nova', at('nova-api', '/v2.1')],
    ['orchestration', 'heat', at('heat-api', '/v1/%(tenant_id)s')],
    ['key-manager', 'barbican', at('barbican')],
    ['volumev3', 'cinder', at('cinder', '/v3/%(tenant_id)s')],
    ['load-balancer', 'octavia', at('octavia')],
    ['container-infra', 'magnum', at('magnum', '/v1')],
    ['container', 'magnum-container', at('magnum', '/v1')],
  ];
}

/** Command that serves a WSGI program. */
export function uwsgi(program, port, { env = {}, processes = 1 } = {}) {
  return {
    argv: [
      'uwsgi_python3',
      ...['--plugins', 'python3', '--master', '--lazy-apps', '--processes', String(processes), '--threads', '4'],
      ...['--die-on-term', '--no-orphans'],
      ...['--buffer-size', '65535', '--post-buffering', '65536', '--add-header', 'Connection: close', '--need-app'],
      ...['--http-socket', `${IP}:${port}`, '--wsgi-file', program],
    ],
    env,
  };
}

/** Command of a service, and what it gets in its environment beside the usual. */
export function commandOf(name, folder, ports) {
  const config = (file) => join(folder, 'etc', file);
  switch (name) {
    case 'keystone':
      return uwsgi('/usr/bin/keystone-wsgi-public', ports[name], {
        env: { OS_KEYSTONE_CONFIG_FILES: config('keystone.conf') },
        processes: 2,
      });
    case 'placement':
      return uwsgi('/usr/bin/placement-api', ports[name], { env: { OS_PLACEMENT_CONFIG_DIR: join(folder, 'etc', 'placement') } });
    case 'glance':
      return { argv: ['glance-api', '--config-file', config('glance.conf')], env: {} };
    case 'neutron':
      return { argv: ['neutron-server', '--config-file', config('neutron.conf')], env: {} };
    case 'neutron-agent':
      return {
        argv: ['python3', join(import.meta.dirname, 'neutron-agent.py'), '--config-file', config('neutron.conf')],
        env: {},
      };
    case 'barbican':
      return uwsgi('/usr/bin/barbican-wsgi-api', ports[name]);
    case 'cinder':
      return {
        argv: ['python3', join(import.meta.dirname, 'cinder-whole.py'), '--config-file', config('cinder.conf')],
        env: { PYTHONDONTWRITEBYTECODE: '1' },
      };
    case 'octavia':
      return uwsgi(join(import.meta.dirname, 'octavia-api.py'), ports[name], {
        env: { OCTAVIA_CONFIG_FILE: config('octavia.conf') },
      });
    case 'nova-compute':
      // The program's own package would bring a hypervisor along.
      return {
        argv: ['python3', '-c', NOVA_COMPUTE, '--config-file', config('nova.conf')],
        env: {},
      };
    default:
      return { argv: [name, '--config-file', config(`${name.split('-')[0]}.conf`)], env: {} };
  }
}

const NOVA_COMPUTE = "import sys; sys.argv[0] = 'nova-compute'\nfrom nova.cmd.compute import main\nmain()";

/** Lines that every service has in its own way. */
export function commonLines({ ports, database }) {
  const account = (user) => [
    'auth_type = password',
    `auth_url = http://${IP}:${ports.keystone}/v3`,
    `username = ${user}`,
    `password = ${PASSWORD}`,
    'project_name = service',
    'user_domain_name = Default',
    'project_domain_name = Default',
  ];
  const service = (user) => [...account(user), `region_name = ${REGION}`];
  return {
    db: (name) => `connection = mysql+pymysql://magnum:magnum@${IP}:${database}/${name}?charset=utf8`,
    account,
    service,
    authtoken: (user) => ['[keystone_authtoken]', ...service(user), `www_authenticate_uri = http://${IP}:${ports.keystone}/v3`],
  };
}

/** Text of every configuration file, by its path below `etc`. */
export function configurations({ folder, ports, database, broker }) {
  const state = (name) => join(folder, 'state', name);
  const { db, account, service, authtoken } = commonLines({ ports, database });
  const files = {
    'keystone.conf': [
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
    ],
    'placement/placement.conf': [
      '[DEFAULT]',
      'use_stderr = true',
      '[placement_database]',
      db('placement'),
      '[api]',
      'auth_strategy = keystone',
      ...authtoken('placement'),
    ],
    'glance.conf': [
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
    ],
    'neutron.conf': [
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
    ],
    'heat.conf': [
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
    ],
    // What a conductor needs to find the bays of all projects with one question.
    'heat-policy.yaml': ['"stacks:global_index": "role:admin"'],
    'nova.conf': [
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
    ],
    // Found by its name below the home folder: its programs take no other.
    'barbican/barbican.conf': [
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
    ],
    'cinder.conf': [
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
    ],
    'octavia.conf': [
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
    ],
  };
  return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, `${lines.join('\n')}\n`]));
}

/** Commands that make the schemas, for each component in order; components need not wait for each other. */
export function schemaCommands(folder, database, ports) {
  const config = (name, file = name) => ['--config-file', join(folder, 'etc', `${file}.conf`)];
  const mysql = (name) => `mysql+pymysql://magnum:magnum@${IP}:${database}/${name}?charset=utf8`;
  const url = `http://${IP}:${ports.keystone}/v3/`;
  return {
    keystone: [
      ['keystone-manage', ...config('keystone'), 'db_sync'],
      [
        ...['keystone-manage', ...config('keystone'), 'bootstrap', '--bootstrap-password', PASSWORD],
        ...['--bootstrap-region-id', REGION, '--bootstrap-admin-url', url],
        ...['--bootstrap-internal-url', url, '--bootstrap-public-url', url],
      ],
    ],
    nova: [
      ['nova-manage', ...config('nova'), 'api_db', 'sync'],
      ['nova-manage', ...config('nova'), 'cell_v2', 'map_cell0', '--database_connection', mysql('nova_cell0')],
      ['nova-manage', ...config('nova'), 'cell_v2', 'create_cell', '--name', 'cell1'],
      ['nova-manage', ...config('nova'), 'db', 'sync'],
    ],
    neutron: [['neutron-db-manage', ...config('neutron'), 'upgrade', 'head']],
    cinder: [['cinder-manage', ...config('cinder'), 'db', 'sync']],
    heat: [['heat-manage', ...config('heat'), 'db_sync']],
    octavia: [['octavia-db-manage', ...config('octavia'), 'upgrade', 'head']],
    glance: [['glance-manage', ...config('glance'), 'db_sync']],
    placement: [['placement-manage', ...config('placement', 'placement/placement'), 'db', 'sync']],
    barbican: [['barbican-manage', 'db', 'upgrade', '--db-url', mysql('barbican')]],
  };
}
