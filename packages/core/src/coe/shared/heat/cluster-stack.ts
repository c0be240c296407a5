import type { JsonObject, JsonValue } from '../../../domain/json.js';
import { resourceNameOf } from '../../../domain/names.js';
import { firstMaster, type Settings } from '../node/settings.js';
import { isInRoot, shardsOf } from './group-shards.js';
import { IGNITION_FILES, ignitionSystem } from './ignition.js';
import type { NamedShard } from './named-shard.js';
import { loadBalancerOf, membersOf } from './load-balancer.js';
import { afterRouter, networkOf, securityGroupsOf, serverGroupsOf, type Resources } from './network.js';
import { nodeProperties } from './node-properties.js';
import { nodeTemplate, templateNameOf } from './node-template.js';
import { SHARD_OUTPUT } from './shard.js';
import { getAttribute, type HotResource, type HotTemplate } from './template.js';

/** The root template. Every node, here or in a shard, is a resource of its own, named after the node, so that each can be removed alone. */
export function rootTemplate(settings: Settings, shards: readonly NamedShard[]): HotTemplate {
  return {
    description: settings.shape.descriptions.bay,
    parameters: { enrolment_tokens: { type: 'json', hidden: true } },
    resources: {
      ...(settings.ownNetwork ? networkOf(settings) : {}),
      ...securityGroupsOf(settings),
      ...serverGroupsOf(settings),
      ...(settings.loadBalancer ? loadBalancerOf(settings) : {}),
      ...nodesOf(settings),
      ...Object.fromEntries(shards.map(({ resource, name }) => [name, resource])),
    },
    outputs: {
      api_address: { value: apiAddress(settings) },
      node_addresses: { value: nodeAddresses(settings) },
      ...(shards.length > 0 ? { shard_addresses: { value: shards.map(({ name }) => getAttribute(name, SHARD_OUTPUT)) } } : {}),
    },
  };
}

/** All shards of the bay. They are most of the work of rendering, and root and files both need them: render them once. */
export function stackShards(settings: Settings): Iterable<NamedShard> {
  return shardsOf(settings, afterRouter(settings).depends_on ?? []);
}

/** Nested templates and scripts under the names that the templates use. */
export function stackFiles(settings: Settings, shards: readonly NamedShard[]): Readonly<Record<string, string>> {
  const nested = new Map(settings.nodes.map((node) => [templateNameOf(node), node]));
  return {
    ...Object.fromEntries([...nested].map(([name, node]) => [name, nodeTemplate(settings, node)])),
    ...Object.fromEntries(shards.flatMap(({ files }) => Object.entries(files))),
    ...settings.shape.scripts.files,
    ...(ignitionSystem(settings) === undefined ? {} : IGNITION_FILES),
  };
}

function nodesOf(settings: Settings): Resources {
  return Object.fromEntries(
    settings.nodes
      .filter((node) => isInRoot(settings, node))
      .flatMap((node): [string, HotResource][] => {
        const name = resourceNameOf(node.node);
        const resource = { type: templateNameOf(node), ...afterRouter(settings), properties: nodeProperties(settings, node) };
        if (!node.master || !settings.loadBalancer) return [[name, resource]];
        return [[name, resource], ...membersOf(settings, node)];
      }),
  );
}

function apiAddress(settings: Settings): JsonValue {
  if (settings.loadBalancerFloating) return getAttribute('api_floating', 'floating_ip_address');
  if (settings.loadBalancer) return getAttribute('api_lb', 'vip_address');
  const first = firstMaster(settings);
  return first ? getAttribute(resourceNameOf(first.node), settings.floating ? 'public_address' : 'private_address') : '';
}

function nodeAddresses(settings: Settings): JsonObject {
  return Object.fromEntries(
    settings.nodes
      .filter((node) => isInRoot(settings, node))
      .map(({ node }) => [
        resourceNameOf(node),
        {
          private: getAttribute(resourceNameOf(node), 'private_address'),
          public: getAttribute(resourceNameOf(node), 'public_address'),
        },
      ]),
  );
}
