// What runs in the OpenStack of the tests: the services, their programs, databases and catalog entries. Everything listens on
// loopback; the configuration files are in configurations.mjs.
import { join } from 'node:path';

export const PASSWORD = 'magnum-test';
export const REGION = 'RegionOne';
export const VOLUME_TYPE = 'standard';
export const IP = '127.0.0.1';

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

/**
 * Catalog of the cloud: type, name, address.
 * @param {Record<string, number>} ports
 * @returns {[type: string, name: string, address: string][]}
 */
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

/** Command that serves a WSGI program. `threads`: of each process. */
export function uwsgi(program, port, { env = {}, processes = 1, threads = 4 } = {}) {
  return {
    argv: [
      'uwsgi_python3',
      ...['--plugins', 'python3', '--master', '--lazy-apps', '--processes', String(processes), '--threads', String(threads)],
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
      // One thread: Keystone keeps the token of a request where all threads of its process see it, so that a request may be answered
      // with the rights, and in the domain, of another one.
      return uwsgi('/usr/bin/keystone-wsgi-public', ports[name], {
        env: { OS_KEYSTONE_CONFIG_FILES: config('keystone.conf') },
        processes: 4,
        threads: 1,
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
