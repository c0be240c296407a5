import { describe, expect, test } from 'vitest';
import { configurations } from '../../scripts/host/openstack/configurations.mjs';

const FOLDER = '/tmp/magnum-openstack-example';
const SERVICES = ['keystone', 'placement', 'glance', 'neutron', 'heat-api', 'nova-api', 'barbican', 'cinder', 'octavia'];
const files = configurations({
  folder: FOLDER,
  ports: Object.fromEntries(SERVICES.map((name, index) => [name, 20_000 + index])),
  database: 3306,
  broker: 'rabbit://127.0.0.1:5672/',
});

/** Files that Debian packages bring, so that they are there on a machine where nothing has run before. */
const OF_PACKAGES = [
  '/etc/glance/glance-api-paste.ini',
  '/etc/neutron/api-paste.ini',
  '/etc/nova/api-paste.ini',
  '/etc/cinder/api-paste.ini',
  '/etc/cinder/rootwrap.conf',
];

/** `[section] option` and its value, of each line. */
function settingsOf(text: string): ReadonlyMap<string, string> {
  let section = '';
  return new Map(
    text.split('\n').flatMap((line) => {
      section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
      const [, name, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[`[${section}] ${name}`, value] as const];
    }),
  );
}

describe('the configurations of the OpenStack of the tests', () => {
  test.each(['fernet_tokens', 'fernet_receipts', 'credential'])(
    'keep the keys of Keystone in its own folder: [%s]',
    (section) => {
      const folder = settingsOf(files['keystone.conf'] ?? '').get(`[${section}] key_repository`);
      expect(folder).toMatch(new RegExp(`^${FOLDER}/state/`));
    },
  );

  test.each(Object.keys(files))('name no path that only an earlier run has made: %s', (name) => {
    const settings = [...settingsOf(files[name] ?? '')];
    expect(settings.length + (name.endsWith('.yaml') ? 1 : 0)).toBeGreaterThan(0);
    const paths = settings.flatMap(([, value]) => value.split(/[\s,]+/)).filter((word) => word.startsWith('/'));
    expect(paths.filter((path) => !path.startsWith(`${FOLDER}/`) && !OF_PACKAGES.includes(path))).toEqual([]);
  });

  // Without a line of its own, each of these would be looked for below /etc or /var/lib.
  test.each([
    ['glance.conf', '[fs] filesystem_store_datadir'],
    ['glance.conf', '[os_glance_staging_store] filesystem_store_datadir'],
    ['glance.conf', '[os_glance_tasks_store] filesystem_store_datadir'],
    ['neutron.conf', '[DEFAULT] state_path'],
    ['neutron.conf', '[oslo_concurrency] lock_path'],
    ['nova.conf', '[DEFAULT] state_path'],
    ['nova.conf', '[oslo_concurrency] lock_path'],
    ['cinder.conf', '[DEFAULT] state_path'],
    ['cinder.conf', '[oslo_concurrency] lock_path'],
    ['heat.conf', '[oslo_policy] policy_file'],
  ])('say where data is, in the folder of the cloud: %s %s', (name, option) => {
    expect(settingsOf(files[name] ?? '').get(option)).toMatch(new RegExp(`^${FOLDER}/`));
  });
});
