import type { JsonObject } from '../../../domain/json.js';
import { label } from '../node/labels.js';
import type { NodeSettings, Settings } from '../node/settings.js';
import { ignitionConfig, ignitionSystem } from './ignition.js';
import { resourceNamesOf } from './resource-names.js';
import {
  getAttribute,
  getParam,
  getResource,
  templateText,
  withoutNulls,
  type HotParameter,
  type HotResource,
  type HotTemplate,
} from './template.js';
import { cloudConfig, type UserData } from './user-data.js';

const VALUES_PATH = '/etc/magnum/node.json';
const DEVICE = '/dev/vdb';
const STORE_DEVICE = '/dev/vdc';
const text: HotParameter = { type: 'string' };
const optionalText: HotParameter = { type: 'string', default: '' };

/** Name of the nested template for nodes like this one. */
export function templateNameOf(node: NodeSettings): string {
  const volume = node.volumeSize > 0 ? `-volume${node.volumeZone ? '-zone' : ''}` : '';
  return `${node.master ? 'manager' : 'node'}${volume}${node.storeVolume ? '-store' : ''}${node.bootVolumeSize > 0 ? '-boot' : ''}.yaml`;
}

/** Text of the nested template. It holds nothing of a particular node: differences are parameters. */
export function nodeTemplate(settings: Settings, like: NodeSettings): string {
  const template: HotTemplate = {
    description: settings.shape.descriptions[like.master ? 'master' : 'worker'],
    parameters: parametersOf(settings, like),
    resources: resourcesOf(settings, like),
    outputs: outputsOf(settings, like),
  };
  return templateText(template);
}

/** Parameters of the nested template. */
export function parametersOf(settings: Settings, like: NodeSettings): Readonly<Record<string, HotParameter>> {
  const { model, facts, bay } = settings.input;
  return {
    name: text,
    image: text,
    flavor: text,
    network: text,
    security_groups: { type: 'json' },
    ...(settings.bareMetal ? {} : { server_group: text }),
    availability_zone: optionalText,
    ...(like.volumeZone ? { volume_zone: text } : {}),
    settings: { type: 'json' },
    enrolment_token: { type: 'string', hidden: true },
    invitation: { type: 'string', hidden: true, default: '' },
    load_balancer_address: optionalText,
    load_balancer_floating_address: optionalText,
    ...(facts.fixedSubnetId !== null || settings.ownNetwork ? { subnet: text } : {}),
    ...((bay.desired.keypair ?? model.keypairId) ? { keypair: text } : {}),
    ...(settings.floating ? { floating_network: text } : {}),
    ...(like.volumeSize > 0 ? { volume_size: { type: 'number' } } : {}),
    ...(like.storeVolume ? { store_volume_size: { type: 'number' } } : {}),
    ...(like.bootVolumeSize > 0 ? { boot_volume_size: { type: 'number' } } : {}),
  };
}

function resourcesOf(settings: Settings, like: NodeSettings): Readonly<Record<string, HotResource>> {
  const { facts } = settings.input;
  const subnet = facts.fixedSubnetId !== null || settings.ownNetwork;
  const { server, waitCondition } = resourceNamesOf(settings.shape, like.master);
  return {
    port: {
      type: 'OS::Neutron::Port',
      properties: {
        network: getParam('network'),
        security_groups: getParam('security_groups'),
        ...(subnet ? { fixed_ips: [{ subnet: getParam('subnet') }] } : {}),
        ...allowedPairs(settings),
      },
    },
    ...(settings.floating
      ? {
          floating: {
            type: 'OS::Neutron::FloatingIP',
            properties: { floating_network: getParam('floating_network'), port_id: getResource('port') },
          },
        }
      : {}),
    ...(like.volumeSize > 0
      ? {
          volume: {
            type: 'OS::Cinder::Volume',
            properties: withoutNulls({
              size: getParam('volume_size'),
              volume_type: facts.dockerVolumeType,
              availability_zone: like.volumeZone ? getParam('volume_zone') : undefined,
            }),
          },
        }
      : {}),
    ...(like.storeVolume
      ? {
          store_volume: {
            type: 'OS::Cinder::Volume',
            properties: withoutNulls({
              size: getParam('store_volume_size'),
              volume_type: like.storeVolume.type,
              availability_zone: like.availabilityZone ? getParam('availability_zone') : undefined,
            }),
          },
        }
      : {}),
    ...(like.bootVolumeSize > 0
      ? {
          boot_volume: {
            type: 'OS::Cinder::Volume',
            properties: withoutNulls({
              size: getParam('boot_volume_size'),
              image: getParam('image'),
              volume_type: label(settings.input, 'boot_volume_type'),
              availability_zone: like.availabilityZone ? getParam('availability_zone') : undefined,
            }),
          },
        }
      : {}),
    ...waitOf(settings, server, { handle: 'wait_handle', condition: waitCondition }),
    ...(like.master ? waitOf(settings, server, MANAGERS_WAIT) : {}),
    [server]: { type: 'OS::Nova::Server', properties: serverOf(settings, like) },
  };
}

function allowedPairs(settings: Settings): JsonObject {
  const ranges = settings.shape.allowedAddresses?.(settings) ?? [];
  return ranges.length > 0 ? { allowed_address_pairs: ranges.map((range) => ({ ip_address: range })) } : {};
}

interface Wait {
  readonly handle: string;
  readonly condition: string;
}
/** The condition that other masters wait for, whose data workers must not learn. */
const MANAGERS_WAIT: Wait = { handle: 'manager_wait_handle', condition: 'manager_wait_condition' };

function waitOf(settings: Settings, server: string, { handle, condition }: Wait): Readonly<Record<string, HotResource>> {
  return {
    [handle]: { type: 'OS::Heat::WaitConditionHandle' },
    [condition]: {
      type: 'OS::Heat::WaitCondition',
      depends_on: [server],
      properties: { handle: getResource(handle), count: 1, timeout: settings.waitSeconds },
    },
  };
}

function serverOf(settings: Settings, like: NodeSettings): JsonObject {
  const { bay, model } = settings.input;
  return withoutNulls({
    name: getParam('name'),
    image: like.bootVolumeSize > 0 ? undefined : getParam('image'),
    flavor: getParam('flavor'),
    networks: [{ port: getResource('port') }],
    key_name: (bay.desired.keypair ?? model.keypairId) ? getParam('keypair') : undefined,
    // One service of Nova stands for all machines: a group that keeps its servers apart would have room for one.
    scheduler_hints: settings.bareMetal ? undefined : { group: getParam('server_group') },
    // The network of the machines may have no metadata service.
    config_drive: settings.bareMetal ? true : undefined,
    availability_zone: like.availabilityZone ? getParam('availability_zone') : undefined,
    block_device_mapping_v2: volumesOf(like),
    user_data_format: 'RAW',
    // User data is read at the first boot only, so that a change of it must not replace servers that joined long ago.
    user_data_update_policy: 'IGNORE',
    user_data: userDataOf(settings, like),
  });
}

function userDataOf(settings: Settings, like: NodeSettings): JsonObject {
  const { paths, encoding, unpack } = settings.shape.scripts;
  const data: UserData = {
    values: valuesOf(settings, like),
    valuesPath: VALUES_PATH,
    scripts: paths,
    ...(encoding === undefined ? {} : { encoding }),
    commands: [...(unpack === undefined ? [] : [unpack]), ['/opt/magnum/node.sh']],
  };
  const system = ignitionSystem(settings);
  return system === undefined ? cloudConfig(data) : ignitionConfig(data, system);
}

/** Volumes are resources of the stack, which deletes them: Nova leaves them alone when a server ends. */
function volumesOf({ bootVolumeSize, volumeSize, storeVolume }: NodeSettings): readonly JsonObject[] | undefined {
  const boot = { volume_id: getResource('boot_volume'), boot_index: 0, delete_on_termination: false };
  const data = { volume_id: getResource('volume'), device_name: DEVICE, boot_index: -1, delete_on_termination: false };
  const store = {
    volume_id: getResource('store_volume'),
    device_name: STORE_DEVICE,
    boot_index: -1,
    delete_on_termination: false,
  };
  const volumes = [...(bootVolumeSize > 0 ? [boot] : []), ...(volumeSize > 0 ? [data] : []), ...(storeVolume ? [store] : [])];
  return volumes.length > 0 ? volumes : undefined;
}

function valuesOf(settings: Settings, like: NodeSettings): JsonObject {
  return { map_merge: [getParam('settings'), runtimeValues(settings, like)] };
}

function runtimeValues(settings: Settings, like: NodeSettings): JsonObject {
  return {
    node_name: getParam('name'),
    private_address: getAttribute('port', 'fixed_ips', 0, 'ip_address'),
    ...(settings.floating ? { floating_address: getAttribute('floating', 'floating_ip_address') } : {}),
    load_balancer_address: getParam('load_balancer_address'),
    load_balancer_floating_address: getParam('load_balancer_floating_address'),
    enrolment_token: getParam('enrolment_token'),
    join: getParam('invitation'),
    ...settings.shape.runtimeValues,
    wait: handleOf('wait_handle'),
    ...(like.master ? { manager_wait: handleOf('manager_wait_handle') } : {}),
    ...(like.volumeSize > 0 ? { volume: { id: getResource('volume'), device: DEVICE } } : {}),
    ...(like.storeVolume ? { store_volume: { id: getResource('store_volume'), device: STORE_DEVICE } } : {}),
  };
}

function handleOf(name: string): JsonObject {
  return { endpoint: getAttribute(name, 'endpoint'), token: getAttribute(name, 'token') };
}

function outputsOf(settings: Settings, like: NodeSettings): NonNullable<HotTemplate['outputs']> {
  const { server, waitCondition } = resourceNamesOf(settings.shape, like.master);
  return {
    private_address: { value: getAttribute('port', 'fixed_ips', 0, 'ip_address') },
    public_address: { value: settings.floating ? getAttribute('floating', 'floating_ip_address') : '' },
    server_id: { value: getResource(server) },
    // A reference to the node from outside then is its server's id, as programs that read the stack expect.
    ...(settings.shape.groupNodes === undefined ? {} : { 'OS::stack_id': { value: getResource(server) } }),
    ...(like.master
      ? {
          worker_invitation: { value: getAttribute(waitCondition, 'data') },
          manager_invitation: { value: getAttribute(MANAGERS_WAIT.condition, 'data') },
        }
      : {}),
  };
}
