import type { JsonObject, JsonValue } from '../../../../domain/json.js';
import { resourceNameOf } from '../../../../domain/names.js';
import type { NodeGroup } from '../../../../domain/node-group.js';
import { cloudConfig } from '../../../hot/user-data.js';
import {
  getAttribute,
  getParam,
  getResource,
  templateText,
  withoutNulls,
  type HotParameter,
  type HotResource,
  type HotTemplate,
} from '../../../hot/template.js';
import { SCRIPT_PATHS } from './scripts.js';
import { firstManager, label, type NodeSettings, type Settings } from './settings.js';

const VALUES_PATH = '/etc/magnum/node.json';
const DEVICE = '/dev/vdb';
const text: HotParameter = { type: 'string' };
const optionalText: HotParameter = { type: 'string', default: '' };

/** Name of the nested template that fits the node. */
export function templateNameOf(node: NodeSettings): string {
  const volume = node.volumeSize > 0 ? `-volume${node.volumeZone ? '-zone' : ''}` : '';
  return `${node.manager ? 'manager' : 'node'}${volume}${node.bootVolumeSize > 0 ? '-boot' : ''}.yaml`;
}

/** Text of the nested template. It holds nothing of a particular node: differences are parameters. */
export function nodeTemplate(settings: Settings, like: NodeSettings): string {
  const template: HotTemplate = {
    description: like.manager ? 'A manager of the swarm' : 'A worker of the swarm',
    parameters: parametersOf(settings, like),
    resources: resourcesOf(settings, like),
    outputs: outputsOf(settings, like),
  };
  return templateText(template);
}

/** What the nested template of the node takes. */
export function parametersOf(settings: Settings, like: NodeSettings): Readonly<Record<string, HotParameter>> {
  const { model, facts, bay } = settings.input;
  return {
    name: text,
    image: text,
    flavor: text,
    network: text,
    security_groups: { type: 'json' },
    server_group: text,
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
    ...(like.bootVolumeSize > 0 ? { boot_volume_size: { type: 'number' } } : {}),
  };
}

function resourcesOf(settings: Settings, like: NodeSettings): Readonly<Record<string, HotResource>> {
  const { facts } = settings.input;
  const subnet = facts.fixedSubnetId !== null || settings.ownNetwork;
  return {
    port: {
      type: 'OS::Neutron::Port',
      properties: {
        network: getParam('network'),
        security_groups: getParam('security_groups'),
        ...(subnet ? { fixed_ips: [{ subnet: getParam('subnet') }] } : {}),
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
    ...waitOf('wait', settings),
    ...(like.manager ? waitOf('manager_wait', settings) : {}),
    server: { type: 'OS::Nova::Server', properties: serverOf(settings, like) },
  };
}

function waitOf(name: string, settings: Settings): Readonly<Record<string, HotResource>> {
  return {
    [`${name}_handle`]: { type: 'OS::Heat::WaitConditionHandle' },
    [`${name}_condition`]: {
      type: 'OS::Heat::WaitCondition',
      depends_on: ['server'],
      properties: { handle: getResource(`${name}_handle`), count: 1, timeout: settings.waitSeconds },
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
    scheduler_hints: { group: getParam('server_group') },
    availability_zone: like.availabilityZone ? getParam('availability_zone') : undefined,
    block_device_mapping_v2: volumesOf(like),
    user_data_format: 'RAW',
    // What only tells a booting node how to join must not replace the nodes that joined long ago.
    user_data_update_policy: 'IGNORE',
    user_data: cloudConfig({
      values: valuesOf(settings, like),
      valuesPath: VALUES_PATH,
      scripts: SCRIPT_PATHS,
      commands: [['/opt/magnum/node.sh']],
    }),
  });
}

/** The stack removes what it has made: nothing is left to the termination of a server. */
function volumesOf({ bootVolumeSize, volumeSize }: NodeSettings): readonly JsonObject[] | undefined {
  const boot = { volume_id: getResource('boot_volume'), boot_index: 0, delete_on_termination: false };
  const data = { volume_id: getResource('volume'), device_name: DEVICE, boot_index: -1, delete_on_termination: false };
  const volumes = [...(bootVolumeSize > 0 ? [boot] : []), ...(volumeSize > 0 ? [data] : [])];
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
    wait: handleOf('wait_handle'),
    ...(like.manager ? { manager_wait: handleOf('manager_wait_handle') } : {}),
    ...(like.volumeSize > 0 ? { volume: { id: getResource('volume'), device: DEVICE } } : {}),
  };
}

function handleOf(name: string): JsonObject {
  return { endpoint: getAttribute(name, 'endpoint'), token: getAttribute(name, 'token') };
}

function outputsOf(settings: Settings, like: NodeSettings): NonNullable<HotTemplate['outputs']> {
  return {
    private_address: { value: getAttribute('port', 'fixed_ips', 0, 'ip_address') },
    public_address: { value: settings.floating ? getAttribute('floating', 'floating_ip_address') : '' },
    server_id: { value: getResource('server') },
    ...(like.manager
      ? {
          worker_invitation: { value: getAttribute('wait_condition', 'data') },
          manager_invitation: { value: getAttribute('manager_wait_condition', 'data') },
        }
      : {}),
  };
}

/** What the root hands to the nested template of one node. */
export function nodeProperties(settings: Settings, node: NodeSettings): JsonObject {
  return withoutNulls({
    name: node.node.name,
    image: node.node.imageId,
    ...groupProperties(settings, node),
    volume_zone: node.volumeZone || undefined,
    settings: plainSettings(settings, node),
    enrolment_token: { get_param: ['enrolment_tokens', resourceNameOf(node.node)] },
    ...(node.first ? { invitation: undefined } : {}),
    ...loadBalancerAddresses(settings, node),
  });
}

type Properties = Readonly<Record<string, JsonValue | undefined>>;
const known = new WeakMap<Settings, Map<NodeGroup, Properties>>();

/** The same objects for all nodes of a group: a shard then sees that they are equal without looking into them. */
function groupProperties(settings: Settings, node: NodeSettings): Properties {
  const groups = known.get(settings) ?? new Map<NodeGroup, Properties>();
  known.set(settings, groups);
  const properties = groups.get(node.group) ?? makeGroupProperties(settings, node);
  groups.set(node.group, properties);
  return properties;
}

function makeGroupProperties(settings: Settings, node: NodeSettings): Properties {
  const { facts, model, bay } = settings.input;
  return {
    flavor: node.flavor,
    keypair: bay.desired.keypair ?? model.keypairId,
    network: settings.ownNetwork ? getResource('network') : facts.fixedNetworkId,
    subnet: settings.ownNetwork ? getResource('subnet') : facts.fixedSubnetId,
    security_groups: [getResource('secgroup_node'), ...(node.manager ? [getResource('secgroup_manager')] : [])],
    server_group: getResource(node.manager ? 'server_group_managers' : 'server_group_workers'),
    availability_zone: node.availabilityZone || undefined,
    volume_zone: undefined,
    floating_network: settings.floating ? facts.externalNetworkId : undefined,
    volume_size: node.volumeSize > 0 ? node.volumeSize : undefined,
    boot_volume_size: node.bootVolumeSize > 0 ? node.bootVolumeSize : undefined,
    settings: undefined,
    enrolment_token: undefined,
    invitation: invitationFor(settings, node),
  };
}

function invitationFor(settings: Settings, node: NodeSettings): JsonObject | undefined {
  const first = firstManager(settings);
  return first && getAttribute(resourceNameOf(first.node), node.manager ? 'manager_invitation' : 'worker_invitation');
}

function loadBalancerAddresses(settings: Settings, node: NodeSettings): JsonObject {
  if (!node.manager || !settings.loadBalancer) return {};
  return {
    load_balancer_address: getAttribute('api_lb', 'vip_address'),
    ...(settings.loadBalancerFloating
      ? { load_balancer_floating_address: getAttribute('api_floating', 'floating_ip_address') }
      : {}),
  };
}

/** Literals only. Labels are one JSON text: as a map, a label called `get_param` would be a function. */
function plainSettings(settings: Settings, { node, group, manager, first, labelsText }: NodeSettings): JsonObject {
  return {
    bay_id: settings.input.bay.id,
    // Said to nodes of earlier releases here, too: their settings stay as they are.
    ...(node.name === resourceNameOf(node) ? { node_name: node.name } : {}),
    node_group: group.name,
    role: manager ? 'manager' : 'worker',
    first,
    ...bayWideSettings(settings),
    labels: labelsText,
  };
}

const bayWide = new WeakMap<Settings, JsonObject>();

/** The same for each of up to 1,000 nodes, so it is worked out once. */
function bayWideSettings(settings: Settings): JsonObject {
  const known = bayWide.get(settings) ?? makeBayWideSettings(settings);
  bayWide.set(settings, known);
  return known;
}

function makeBayWideSettings(settings: Settings): JsonObject {
  const { facts, model } = settings.input;
  return {
    auth_url: facts.authUrl.replace(/\/+$/, ''),
    magnum_url: facts.magnumUrl.replace(/\/+$/, ''),
    cloud_ca: facts.cloudCa,
    verify_cloud_ca: facts.verifyCloudCa,
    tls_disabled: model.tlsDisabled,
    docker_storage_driver: model.dockerStorageDriver ?? '',
    insecure_registry: model.insecureRegistry ?? '',
    http_proxy: model.httpProxy ?? '',
    https_proxy: model.httpsProxy ?? '',
    no_proxy: model.noProxy ?? '',
    certificate_check_interval: checkInterval(settings),
    network_mtu: label(settings.input, 'network_mtu') ?? '',
    swarm_address_pool: label(settings.input, 'swarm_address_pool') ?? '',
  };
}

const OFTENEST_CHECK = 5;

/** Text, as all settings that scripts put into files: a label of another type has been refused, or warned of, before. */
function checkInterval(settings: Settings): string {
  const wanted = Number(label(settings.input, 'certificate_check_interval'));
  return String(Number.isSafeInteger(wanted) ? Math.max(OFTENEST_CHECK, wanted) : 60);
}
