// People, catalog, flavors, images and networks of the OpenStack of the tests.
import { catalogOf, PASSWORD, REGION, VOLUME_TYPE } from './services.mjs';

const DEFAULT = { id: 'default' };
const SERVICE_USERS = ['heat', 'magnum', 'placement', 'glance', 'neutron', 'nova', 'barbican', 'cinder', 'octavia'];

/**
 * A client under one account. It sends JSON, or a text as the bytes of a file; it throws on every refusal but 409, which means that the
 * thing is there already.
 */
async function loggedIn(keystone, user, scope) {
  const body = {
    auth: { identity: { methods: ['password'], password: { user: { name: user, domain: DEFAULT, password: PASSWORD } } }, scope },
  };
  const response = await fetch(`${keystone}/v3/auth/tokens`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
  if (response.status !== 201) throw new Error(`Keystone refuses ${user}: ${await response.text()}`);
  const token = response.headers.get('x-subject-token') ?? '';
  return async (method, url, content) => {
    const reply = await fetch(url, {
      method,
      headers: { ...(typeof content === 'string' ? FILE_TYPE : JSON_TYPE), 'X-Auth-Token': token },
      ...(content === undefined ? {} : { body: typeof content === 'string' ? content : JSON.stringify(content) }),
    });
    const text = await reply.text();
    if (!reply.ok && reply.status !== 409) throw new Error(`${method} ${url}: ${reply.status} ${text.slice(0, 300)}`);
    return text === '' ? {} : JSON.parse(text);
  };
}

/** Ids of the domain of trustees and of its administrator. */
export async function trusteeIds(keystone) {
  const admin = await loggedIn(keystone, 'admin', { project: { name: 'admin', domain: DEFAULT } });
  const domain = (await admin('GET', `${keystone}/v3/domains?name=magnum`)).domains[0].id;
  const [{ id }] = (await admin('GET', `${keystone}/v3/users?domain_id=${domain}&name=magnum_domain_admin`)).users;
  return { domain, admin: id };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const FILE_TYPE = { 'Content-Type': 'application/octet-stream' };

/** Makes what the services themselves need; before most of them start. */
export async function seedKeystone(keystone, ports) {
  const admin = await loggedIn(keystone, 'admin', { project: { name: 'admin', domain: DEFAULT } });
  const v3 = (path) => `${keystone}/v3${path}`;
  const known = async (collection, filter = '') =>
    new Map((await admin('GET', v3(`/${collection}${filter}`)))[collection].map((one) => [one.name, one.id]));
  const roles = await known('roles');
  for (const name of ['service', 'heat_stack_owner', 'heat_stack_user', 'creator', 'load-balancer_member']) {
    if (!roles.has(name)) roles.set(name, (await admin('POST', v3('/roles'), { role: { name } })).role.id);
  }
  const make = async (kind, content) => (await admin('POST', v3(`/${kind}s`), { [kind]: content }))[kind].id;
  const grant = (scope, user, role) => admin('PUT', v3(`/${scope}/users/${user}/roles/${roles.get(role)}`));
  for (const name of ['heat', 'magnum']) {
    const domain = await make('domain', { name });
    const user = await make('user', { name: `${name}_domain_admin`, domain_id: domain, password: PASSWORD });
    await grant(`domains/${domain}`, user, 'admin');
  }
  const projects = new Map();
  for (const name of ['service', 'demo', 'other']) projects.set(name, await make('project', { name, domain_id: 'default' }));
  const account = async (name, project, ...roleNames) => {
    const user = await make('user', { name, domain_id: 'default', password: PASSWORD });
    for (const role of roleNames) await grant(`projects/${projects.get(project)}`, user, role);
  };
  const person = ['member', 'heat_stack_owner', 'load-balancer_member', 'creator'];
  // One after the other: Keystone refuses its own administrator now and then while roles are being given.
  for (const name of SERVICE_USERS) await account(name, 'service', 'admin', 'service');
  await account('demo', 'demo', ...person);
  await account('demo2', 'demo', ...person);
  await account('other', 'other', ...person);
  await account('reader', 'demo', 'reader');
  const publish = async ([type, name, url]) => {
    const service = await make('service', { type, name });
    for (const access of ['public', 'internal', 'admin'])
      await make('endpoint', { service_id: service, interface: access, region_id: REGION, url });
  };
  await Promise.all(catalogOf(ports).map(publish));
}

/** Flavors, images, networks and a key pair, for people to use. */
export async function seedCloud(keystone, ports) {
  const at = (name) => `http://127.0.0.1:${ports[name]}`;
  const admin = await loggedIn(keystone, 'admin', { project: { name: 'admin', domain: DEFAULT } });
  for (const [name, ram, vcpus, disk] of [
    ['m1.small', 2048, 1, 20],
    ['m1.medium', 4096, 2, 40],
  ])
    await admin('POST', `${at('nova-api')}/v2.1/flavors`, { flavor: { name, ram, vcpus, disk } });
  for (const [name, distro] of [
    ['debian-12', 'debian'],
    ['fedora-coreos-latest', 'fedora-coreos'],
    ['fedora-atomic-latest', 'fedora-atomic'],
    ['no-distro', undefined],
  ]) {
    const { id } = await admin('POST', `${at('glance')}/v2/images`, {
      name,
      disk_format: 'raw',
      container_format: 'bare',
      visibility: 'public',
      ...(distro === undefined ? {} : { os_distro: distro }),
    });
    await admin('PUT', `${at('glance')}/v2/images/${id}/file`, 'image'.repeat(60));
  }
  const neutron = `${at('neutron')}/v2.0`;
  const network = async (content, subnet) => {
    const made = await admin('POST', `${neutron}/networks`, { network: content });
    await admin('POST', `${neutron}/subnets`, { subnet: { network_id: made.network.id, ip_version: 4, ...subnet } });
  };
  await network(
    {
      name: 'public',
      'router:external': true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'public',
    },
    { name: 'public-subnet', cidr: '172.24.0.0/16', gateway_ip: '172.24.0.1', enable_dhcp: false },
  );
  await network({ name: 'private', shared: true }, { name: 'private-subnet', cidr: '10.20.0.0/16' });
  for (const name of ['twin', 'twin']) await network({ name, shared: true }, { name: `${name}-subnet`, cidr: '10.30.0.0/16' });
  for (const name of ['demo', 'admin']) {
    const person = await loggedIn(keystone, name, { project: { name, domain: DEFAULT } });
    await person('POST', `${at('nova-api')}/v2.1/os-keypairs`, { keypair: { name: `${name}key` } });
  }
  const { projects } = await admin('GET', `${keystone}/v3/projects?name=admin`);
  await admin('POST', `${at('cinder')}/v3/${projects[0].id}/types`, {
    volume_type: { name: VOLUME_TYPE, extra_specs: { volume_backend_name: 'empty' } },
  });
}
