import type { JsonObject, JsonValue } from '../../../domain/json.js';
import { resourceNameOf } from '../../../domain/names.js';
import type { NodeGroup } from '../../../domain/node-group.js';
import { label } from '../node/labels.js';
import { firstMaster, type NodeSettings, type Settings } from '../node/settings.js';
import { securityGroupNames } from './network.js';
import { getAttribute, getResource, withoutNulls } from './template.js';

/** Values that the root template gives to the nested template of one node. */
export function nodeProperties(settings: Settings, node: NodeSettings): JsonObject {
  return withoutNulls({
    name: node.node.name,
    image: node.node.imageId,
    ...groupProperties(settings, node),
    availability_zone: node.availabilityZone || undefined,
    volume_zone: node.volumeZone || undefined,
    settings: plainSettings(settings, node),
    enrolment_token: { get_param: ['enrolment_tokens', resourceNameOf(node.node)] },
    ...(node.first ? { invitation: undefined } : {}),
    ...loadBalancerAddresses(settings, node),
  });
}

type Properties = Readonly<Record<string, JsonValue | undefined>>;
const known = new WeakMap<Settings, Map<NodeGroup, Properties>>();

/** The same objects for all nodes of a group, so that a shard compares them by identity instead of by content. */
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
    security_groups: securityGroupNames(settings, node).map(getResource),
    server_group: settings.bareMetal ? undefined : getResource(node.master ? 'server_group_managers' : 'server_group_workers'),
    availability_zone: undefined,
    volume_zone: undefined,
    floating_network: settings.floating ? facts.externalNetworkId : undefined,
    volume_size: node.volumeSize > 0 ? node.volumeSize : undefined,
    store_volume_size: node.storeVolume?.size,
    boot_volume_size: node.bootVolumeSize > 0 ? node.bootVolumeSize : undefined,
    settings: undefined,
    enrolment_token: undefined,
    invitation: invitationFor(settings, node),
  };
}

function invitationFor(settings: Settings, node: NodeSettings): JsonObject | undefined {
  const first = firstMaster(settings);
  return first && getAttribute(resourceNameOf(first.node), node.master ? 'manager_invitation' : 'worker_invitation');
}

function loadBalancerAddresses(settings: Settings, node: NodeSettings): JsonObject {
  if (!node.master || !settings.loadBalancer) return {};
  return {
    load_balancer_address: getAttribute('api_lb', 'vip_address'),
    ...(settings.loadBalancerFloating
      ? { load_balancer_floating_address: getAttribute('api_floating', 'floating_ip_address') }
      : {}),
  };
}

/** Literals only. Labels are one JSON text: as a map, a label called `get_param` would be a function. */
function plainSettings(settings: Settings, { node, group, master, first, labelsText }: NodeSettings): JsonObject {
  return {
    bay_id: settings.input.bay.id,
    // Nodes of earlier releases keep their name among their settings, so that the settings stay as they are.
    ...(node.name === resourceNameOf(node) ? { node_name: node.name } : {}),
    node_group: group.name,
    role: master ? 'manager' : 'worker',
    first,
    ...bayWideSettings(settings),
    ...settings.shape.groupSettings?.(settings.input, group),
    labels: labelsText,
  };
}

const bayWide = new WeakMap<Settings, JsonObject>();

/** Settings that all nodes of a bay share. They are computed once: a bay can have 1,000 nodes. */
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
    ...settings.shape.plainSettings(settings.input),
  };
}

const OFTENEST_CHECK = 5;

/** Seconds as text, like all settings that scripts write into files. A label that is no number has been refused or warned of before. */
function checkInterval(settings: Settings): string {
  const wanted = Number(label(settings.input, 'certificate_check_interval'));
  return String(Number.isSafeInteger(wanted) ? Math.max(OFTENEST_CHECK, wanted) : 60);
}
