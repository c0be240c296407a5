import { isJsonObject, type JsonObject } from '../../../domain/json.js';
import type { ServerSpec } from '../../backend.js';
import { byIdOrName } from '../../config.js';
import type { ResourceRow } from '../rows.js';
import { addressSpec } from './neutron.js';
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

/** Nova's limit, after base64. */
const USER_DATA_LIMIT = 65_535;
const LOOK_AGAIN_AFTER = 1_000;

const server: ResourceType = {
  properties: {
    image: STRING,
    flavor: REQUIRED_STRING,
    key_name: STRING,
    user_data: { type: 'any' },
    user_data_format: { ...STRING, oneOf: ['RAW'] },
    networks: { type: 'list' },
    metadata: { type: 'map', change: 'update' },
    scheduler_hints: NOTED,
    availability_zone: STRING,
    config_drive: NOTED,
    block_device_mapping_v2: { type: 'list' },
    name: { ...STRING, change: 'update' },
    security_groups: NOTED,
    tags: NOTED,
    user_data_update_policy: { ...STRING, oneOf: ['REPLACE', 'IGNORE'], change: 'ignore' },
    flavor_update_policy: NOTED,
    image_update_policy: NOTED,
    diskConfig: NOTED,
    admin_pass: NOTED,
    reservation_id: NOTED,
  },
  attributes: ['addresses', 'first_address', 'name', 'networks', 'accessIPv4', 'instance_name', 'status'],
  create: makeServer,
  update: async (context) => ({ ...context.attributes, name: serverName(context) }),
  async remove(context) {
    await context.backend.deleteServer(keyOf(context.row), context.signal);
    for (const port of await context.rows.linkedTo(context.row.id, PORT)) await context.saveOf(port, { link: null });
  },
  changeOf: (property, properties) =>
    property === 'user_data' && properties['user_data_update_policy'] === 'IGNORE' ? 'ignore' : undefined,
};

const PORT = 'OS::Neutron::Port';

function serverName(context: ResourceContext): string {
  return optionalText(context.properties, 'name') ?? context.physicalName;
}

async function makeServer(context: ResourceContext): Promise<JsonObject> {
  const ports = await portsOf(context);
  const spec = await specOf(context, ports);
  await retireForerunners(context);
  for (const port of ports) await context.saveOf(port, { link: context.row.id });
  await whenActive(context, spec);
  const attributes = attributesOf(spec.name, ports);
  await context.save(attributes);
  for (const port of ports) await giveAddresses(context, port);
  return attributes;
}

async function specOf(context: ResourceContext, ports: readonly ResourceRow[]): Promise<ServerSpec> {
  const { properties, tables } = context;
  const wantedFlavor = text(properties, 'flavor');
  const flavor = byIdOrName(tables.flavors, wantedFlavor);
  if (!flavor) throw new ResourceFailure('NotFound', `The Flavor (${wantedFlavor}) could not be found.`);
  const wantedImage = optionalText(properties, 'image') ?? (await bootImageOf(context));
  const image = byIdOrName(tables.images, wantedImage);
  if (!image) throw new ResourceFailure('NotFound', `The Image (${wantedImage}) could not be found.`);
  const key = optionalText(properties, 'key_name');
  if (key !== undefined && !tables.keypairs.includes(key))
    throw new ResourceFailure('NotFound', `The Key (${key}) could not be found.`);
  const metadata = isJsonObject(properties['metadata']) ? properties['metadata'] : {};
  return {
    key: keyOf(context.row),
    name: serverName(context),
    id: context.row.id,
    image: image.backendImage,
    flavor: { vcpus: flavor.vcpus, ramMb: flavor.ramMb, diskGb: flavor.diskGb },
    userData: await userDataOf(context),
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)])),
    nics: await Promise.all(ports.map((port) => nicOf(context, port))),
    volumes: await volumesOf(context),
    owner: context.owner,
  };
}

/** A server without an image boots from a volume, which has one. */
async function bootImageOf(context: ResourceContext): Promise<string> {
  const boot = list(context.properties, 'block_device_mapping_v2')
    .filter(isJsonObject)
    .find((mapping) => mapping['boot_index'] === 0);
  if (!boot) throw new ResourceFailure('BadRequest', 'A server needs an image, or a volume to boot from.');
  const volume = await requireReferred(context, text(boot, 'volume_id'), ['OS::Cinder::Volume']);
  const image = optionalText(volume.properties ?? {}, 'image');
  if (image === undefined) throw new ResourceFailure('BadRequest', 'The volume to boot from was made of no image.');
  return image;
}

async function portsOf(context: ResourceContext): Promise<readonly ResourceRow[]> {
  return Promise.all(
    list(context.properties, 'networks').map((network) => {
      const port = isJsonObject(network) ? optionalText(network, 'port') : undefined;
      if (port === undefined) throw new ResourceFailure('BadRequest', 'networks: every entry must name a port');
      return requireReferred(context, port, [PORT]);
    }),
  );
}

function fixedIpOf(port: ResourceRow): JsonObject {
  const [fixed] = list(port.attributes ?? {}, 'fixed_ips');
  return isJsonObject(fixed) ? fixed : {};
}

async function nicOf(context: ResourceContext, port: ResourceRow): Promise<ServerSpec['nics'][number]> {
  const fixed = fixedIpOf(port);
  const subnet = await requireReferred(context, text(fixed, 'subnet_id'), ['OS::Neutron::Subnet']);
  return {
    networkKey: keyOf(subnet),
    address: text(fixed, 'ip_address'),
    securityGroups: list(port.properties ?? {}, 'security_groups').map(String),
  };
}

async function volumesOf(context: ResourceContext): Promise<ServerSpec['volumes']> {
  const mappings = list(context.properties, 'block_device_mapping_v2')
    .filter(isJsonObject)
    .filter((mapping) => mapping['boot_index'] !== 0);
  return Promise.all(
    mappings.map(async (mapping, index) => {
      const volume = await requireReferred(context, text(mapping, 'volume_id'), ['OS::Cinder::Volume']);
      const device = optionalText(mapping, 'device_name') ?? `vd${String.fromCharCode(98 + index)}`;
      return { key: keyOf(volume), device };
    }),
  );
}

/** Text, or the id of a configuration resource. */
async function userDataOf(context: ResourceContext): Promise<string> {
  const given = context.properties['user_data'];
  if (given !== undefined && given !== null && typeof given !== 'string')
    throw new ResourceFailure('BadRequest', 'user_data must be a string');
  const config = given && /^[0-9a-f-]{36}$/.test(given) ? await context.rows.ofProject(context.projectId, given) : undefined;
  const userData = config ? text(config.attributes ?? {}, 'config') : (given ?? '');
  const size = 4 * Math.ceil(Buffer.byteLength(userData) / 3);
  if (size > USER_DATA_LIMIT) {
    throw new ResourceFailure(
      'BadRequest',
      `User data too large. User data must be no larger than 64KB once base64 encoded. Your data is ${size} bytes`,
    );
  }
  requireReadable(userData, context);
  return userData;
}

/** Containers run cloud-init, to which the JSON of Ignition says nothing: such a server would be up, and its stack would wait for it in vain. */
function requireReadable(userData: string, { backend }: ResourceContext): void {
  if (backend.kind !== 'docker' || !userData.startsWith('{"ignition"')) return;
  throw new ResourceFailure(
    'BadRequest',
    'Servers of this cloud are containers with cloud-init, which does not read user data of Ignition: choose an image of Debian or Ubuntu',
  );
}

/** A server that this one replaces holds the same ports and volumes: it is deleted before the new one is made. */
async function retireForerunners(context: ResourceContext): Promise<void> {
  const siblings = await context.rows.children(context.row.stackId, context.row.parentId);
  for (const former of siblings.filter(
    (row) => row.superseded && row.name === context.row.name && row.type === context.row.type,
  )) {
    await context.backend.deleteServer(keyOf(former), context.signal);
  }
}

async function whenActive(context: ResourceContext, spec: ServerSpec): Promise<void> {
  let state = await context.backend.ensureServer(spec, context.signal);
  while (state.status === 'BUILD') {
    await context.clock.sleep(LOOK_AGAIN_AFTER, context.signal);
    state = (await context.backend.server(spec.key, context.signal)) ?? { status: 'ERROR', reason: 'the server is gone' };
  }
  if (state.status !== 'ACTIVE') {
    throw new ResourceFailure('ResourceInError', `Went to status ${state.status} due to "${state.reason || 'Unknown'}"`);
  }
}

async function giveAddresses(context: ResourceContext, port: ResourceRow): Promise<void> {
  for (const floating of await context.rows.linkedTo(port.id, 'OS::Neutron::FloatingIP')) {
    if (floating.attributes && floating.action !== 'DELETE') {
      await context.backend.ensureAddress(addressSpec(context.row, floating.attributes), context.signal);
    }
  }
}

function attributesOf(name: string, ports: readonly ResourceRow[]): JsonObject {
  const networkOf = (port: ResourceRow): string => text(port.attributes ?? {}, 'network_id');
  const each = (shape: (address: string) => JsonObject | string): JsonObject =>
    Object.fromEntries(
      ports.map((port) => [
        networkOf(port),
        ports.filter((other) => networkOf(other) === networkOf(port)).map((other) => shape(text(fixedIpOf(other), 'ip_address'))),
      ]),
    );
  const first = ports[0] ? text(fixedIpOf(ports[0]), 'ip_address') : '';
  return {
    name,
    instance_name: name,
    status: 'ACTIVE',
    first_address: first,
    accessIPv4: first,
    networks: each((address) => address),
    addresses: each((addr) => ({ addr, version: 4, 'OS-EXT-IPS:type': 'fixed' })),
  };
}

const serverGroup: ResourceType = {
  properties: { name: STRING, policies: { type: 'list' }, rules: { type: 'map' } },
  attributes: [],
  create: async () => ({}),
};

export const novaTypes: Readonly<Record<string, ResourceType>> = {
  'OS::Nova::Server': server,
  'OS::Nova::ServerGroup': serverGroup,
};
