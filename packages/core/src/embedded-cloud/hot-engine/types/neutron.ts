import { isJsonObject, type JsonObject } from '../../../domain/json.js';
import { formatAddress, parseCidr } from '../../addresses.js';
import { byIdOrName, type EmbeddedNetwork } from '../../config.js';
import type { ResourceRow } from '../rows.js';
import { syncBalancer } from './balancer.js';
import {
  keyOf,
  list,
  NOTED,
  optionalText,
  requireReferred,
  REQUIRED_STRING,
  ResourceFailure,
  STRING,
  text,
  type ResourceContext,
  type ResourceType,
} from './type.js';

const net: ResourceType = {
  properties: {
    name: { ...STRING, change: 'update' },
    admin_state_up: NOTED,
    tags: NOTED,
    port_security_enabled: NOTED,
    shared: NOTED,
    mtu: NOTED,
  },
  attributes: ['name', 'status', 'subnets'],
  create: async (context) => ({ name: nameOf(context), status: 'ACTIVE', subnets: [] }),
  update: async (context) => ({ ...context.attributes, name: nameOf(context) }),
};

function nameOf(context: ResourceContext): string {
  return optionalText(context.properties, 'name') ?? context.physicalName;
}

/** A subnet is what the backend knows as a network; the OS::Neutron::Net around it is a record. */
const subnet: ResourceType = {
  properties: {
    network: REQUIRED_STRING,
    cidr: REQUIRED_STRING,
    gateway_ip: STRING,
    dns_nameservers: { type: 'list', change: 'update' },
    name: { ...STRING, change: 'update' },
    ip_version: { type: 'number', min: 4, max: 4 },
    enable_dhcp: NOTED,
    allocation_pools: NOTED,
    tags: NOTED,
    host_routes: NOTED,
  },
  attributes: ['name', 'cidr', 'gateway_ip', 'network_id', 'dns_nameservers'],
  async create(context) {
    const network = await requireReferred(context, text(context.properties, 'network'), ['OS::Neutron::Net']);
    const cidr = text(context.properties, 'cidr');
    const range = parseCidr(cidr);
    if (!range || range.last - range.first < 7)
      throw new ResourceFailure('BadRequest', `Invalid input for cidr. '${cidr}' is not an IPv4 network of 8 addresses or more.`);
    const gateway = optionalText(context.properties, 'gateway_ip') ?? formatAddress(range.first + 1);
    await context.saveOf(context.row, { link: network.id });
    await context.backend.ensureNetwork(
      { key: keyOf(context.row), name: text(network.attributes ?? {}, 'name'), cidr, gateway, owner: context.owner },
      context.signal,
    );
    return {
      name: nameOf(context),
      cidr,
      gateway_ip: gateway,
      network_id: network.id,
      dns_nameservers: list(context.properties, 'dns_nameservers'),
    };
  },
  update: async (context) => ({
    ...context.attributes,
    name: nameOf(context),
    dns_nameservers: list(context.properties, 'dns_nameservers'),
  }),
  remove: (context) => context.backend.deleteNetwork(keyOf(context.row), context.signal),
};

const router: ResourceType = {
  properties: {
    name: { ...STRING, change: 'update' },
    external_gateway_info: { type: 'map', change: 'update' },
    admin_state_up: NOTED,
    tags: NOTED,
    ha: NOTED,
    distributed: NOTED,
  },
  attributes: ['name', 'status', 'external_gateway_info'],
  create: makeRouter,
  update: makeRouter,
};

async function makeRouter(context: ResourceContext): Promise<JsonObject> {
  const gateway = context.properties['external_gateway_info'];
  const wanted = isJsonObject(gateway) ? optionalText(gateway, 'network') : undefined;
  const external = wanted === undefined ? undefined : await ensureExternal(context, wanted);
  return { name: nameOf(context), status: 'ACTIVE', external_gateway_info: external ? { network_id: external.id } : null };
}

/** External networks belong to no stack: made on first use, never deleted with one. */
async function ensureExternal(context: ResourceContext, idOrName: string): Promise<EmbeddedNetwork> {
  const network = byIdOrName(context.tables.externalNetworks, idOrName);
  if (!network) throw new ResourceFailure('NotFound', `Unable to find network with name or id '${idOrName}'`);
  const owner = { stackId: 'shared', stackName: 'shared', resource: network.name, projectId: 'shared' };
  await context.exclusively(network.id, () =>
    context.backend.ensureNetwork(
      { key: network.id, name: network.name, cidr: network.cidr, gateway: network.gateway, owner },
      context.signal,
    ),
  );
  return network;
}

const routerInterface: ResourceType = {
  properties: { router: STRING, router_id: STRING, subnet: STRING, subnet_id: STRING, port: STRING },
  attributes: [],
  async create(context) {
    const { properties } = context;
    await requireReferred(context, optionalText(properties, 'router') ?? text(properties, 'router_id'), ['OS::Neutron::Router']);
    await requireReferred(context, optionalText(properties, 'subnet') ?? text(properties, 'subnet_id'), ['OS::Neutron::Subnet']);
    return {};
  },
};

const securityGroup: ResourceType = {
  properties: {
    name: { ...STRING, change: 'update' },
    description: { ...STRING, change: 'update' },
    rules: { type: 'list', change: 'update' },
  },
  attributes: ['name', 'rules'],
  create: async (context) => ({ name: nameOf(context), rules: list(context.properties, 'rules') }),
  update: async (context) => ({ name: nameOf(context), rules: list(context.properties, 'rules') }),
};

const port: ResourceType = {
  properties: {
    network: STRING,
    network_id: STRING,
    fixed_ips: { type: 'list' },
    security_groups: { type: 'list', change: 'ignore' },
    name: { ...STRING, change: 'update' },
    allowed_address_pairs: NOTED,
    replacement_policy: NOTED,
    admin_state_up: NOTED,
    tags: NOTED,
    port_security_enabled: NOTED,
    'binding:vnic_type': NOTED,
    value_specs: NOTED,
    device_owner: NOTED,
  },
  attributes: ['fixed_ips', 'name', 'network_id', 'mac_address', 'status'],
  async create(context) {
    const [wanted, ...more] = list(context.properties, 'fixed_ips');
    if (more.length > 0) throw new ResourceFailure('BadRequest', 'more than one entry in fixed_ips is not supported');
    const { network, network_id: networkId } = context.properties;
    const place = await subnetOf(context, { network: network ?? networkId ?? null, ...(isJsonObject(wanted) ? wanted : {}) });
    const { cidr, gateway_ip: gateway } = place.attributes ?? {};
    const address = await context.allocate({
      rangeId: place.id,
      cidr: String(cidr),
      gateway: String(gateway),
      wanted: isJsonObject(wanted) ? optionalText(wanted, 'ip_address') : undefined,
    });
    return {
      name: nameOf(context),
      network_id: place.link,
      status: 'DOWN',
      mac_address: macOf(address),
      fixed_ips: [{ subnet_id: place.id, ip_address: address }],
    };
  },
  update: async (context) => ({ ...context.attributes, name: nameOf(context) }),
};

/** The subnet that `subnet` or `subnet_id` names, or the first one of `network`. */
export async function subnetOf(context: ResourceContext, place: JsonObject): Promise<ResourceRow> {
  const wanted = optionalText(place, 'subnet') ?? optionalText(place, 'subnet_id');
  if (wanted !== undefined) return requireReferred(context, wanted, [SUBNET]);
  const network = await requireReferred(context, text(place, 'network'), ['OS::Neutron::Net']);
  const [first] = (await context.rows.linkedTo(network.id, SUBNET)).filter(
    (row) => !row.superseded && row.attributes !== undefined,
  );
  if (!first) throw new ResourceFailure('BadRequest', `Network ${network.id} has no subnet`);
  return first;
}

const SUBNET = 'OS::Neutron::Subnet';

/** Locally administered, and the same for the same address, as Docker does it. */
function macOf(address: string): string {
  return ['02', '42', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
}

const floatingIp: ResourceType = {
  properties: {
    floating_network: STRING,
    floating_network_id: STRING,
    port_id: { ...STRING, change: 'update' },
    fixed_ip_address: NOTED,
    floating_ip_address: STRING,
    dns_name: NOTED,
    dns_domain: NOTED,
    value_specs: NOTED,
  },
  attributes: ['floating_ip_address', 'floating_network_id', 'port_id', 'fixed_ip_address'],
  async create(context) {
    const { properties } = context;
    const network = await ensureExternal(
      context,
      optionalText(properties, 'floating_network') ?? text(properties, 'floating_network_id'),
    );
    const address = await context.allocate({
      rangeId: network.id,
      cidr: network.cidr,
      gateway: network.gateway,
      wanted: optionalText(properties, 'floating_ip_address'),
    });
    return associate(context, { floating_ip_address: address, floating_network_id: network.id });
  },
  async update(context) {
    const former = context.row.link;
    if (former !== null && former !== text(context.properties, 'port_id')) await dissociate(context, former);
    return associate(context, context.attributes);
  },
  async remove(context) {
    if (context.row.link !== null) await dissociate(context, context.row.link);
  },
};

/** Own fact first, then the look at the other side: the server does the same, so one of the two always sees both. */
async function associate(context: ResourceContext, known: JsonObject): Promise<JsonObject> {
  const portId = optionalText(context.properties, 'port_id') ?? null;
  const attributes = { ...known, port_id: portId };
  await context.saveOf(context.row, { attributes, link: portId });
  const target =
    portId === null ? undefined : await requireReferred(context, portId, ['OS::Neutron::Port', 'OS::Octavia::LoadBalancer']);
  if (target?.type === 'OS::Octavia::LoadBalancer') await syncBalancer(context, target.id);
  const server = target?.link ? await context.rows.resource(target.link) : undefined;
  if (server?.attributes) await context.backend.ensureAddress(addressSpec(server, attributes), context.signal);
  return attributes;
}

async function dissociate(context: ResourceContext, portId: string): Promise<void> {
  const target = await context.rows.resource(portId);
  if (target?.type === 'OS::Octavia::LoadBalancer') await syncBalancer(context, target.id);
  const server = target?.link ? await context.rows.resource(target.link) : undefined;
  if (server && context.attributes['floating_ip_address'] !== undefined) {
    await context.backend.deleteAddress(addressSpec(server, context.attributes), context.signal);
  }
}

export function addressSpec(
  server: ResourceRow,
  floating: JsonObject,
): { serverKey: string; networkKey: string; address: string } {
  return {
    serverKey: keyOf(server),
    networkKey: text(floating, 'floating_network_id'),
    address: text(floating, 'floating_ip_address'),
  };
}

export const neutronTypes: Readonly<Record<string, ResourceType>> = {
  'OS::Neutron::Net': net,
  'OS::Neutron::Subnet': subnet,
  'OS::Neutron::Router': router,
  'OS::Neutron::RouterInterface': routerInterface,
  'OS::Neutron::SecurityGroup': securityGroup,
  'OS::Neutron::Port': port,
  'OS::Neutron::FloatingIP': floatingIp,
};
