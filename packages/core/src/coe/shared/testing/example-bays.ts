import type { Bay } from '../../../domain/bay.js';
import type { BayModel } from '../../../domain/bay-model.js';
import type { BayId, BayModelId, NodeGroupId, NodeId } from '../../../domain/ids.js';
import type { BayFacts } from '../../../domain/observation.js';
import { nodeName, resourceNameOf } from '../../../domain/names.js';
import type { Node } from '../../../domain/node.js';
import type { NodeGroup } from '../../../domain/node-group.js';
import { Secret } from '../../../domain/secret.js';
import type { BayDriver, RenderInput } from '../../../ports/bay-driver.js';
import { aBay, aBayModel, aNode, aNodeGroup } from '../../../testing/builders.js';
import { findCoe } from '../../index.js';

// Ids of examples are branded here, where they are made.
const id = <T extends string>(kind: string, number: number): T =>
  `${kind}${'0'.repeat(7)}-0000-4000-8000-${String(number).padStart(12, '0')}` as T;

export interface Example {
  readonly managers?: number;
  readonly workers?: number;
  readonly desired?: Partial<Bay['desired']>;
  readonly model?: Partial<BayModel>;
  readonly facts?: Partial<BayFacts>;
  readonly extraGroup?: Partial<NodeGroup>;
  /** Names of nodes whose desired state is absent. */
  readonly leaving?: readonly string[];
  /** Workers of one shard. Without it, workers are resources of the root template, like those of earlier releases. */
  readonly shardSize?: number;
  /** Whether nodes have the cluster's name in theirs. Without it they are named as by earlier releases. */
  readonly clusterInNames?: boolean;
}

/** A bay to render, plain unless the example says otherwise. For tests and reference pages. */
export function exampleBay(example: Example = {}): RenderInput {
  const { managers = 1, workers = 2 } = example;
  const masters = groupOf(1, 'default-master', 'master', managers);
  const minions = groupOf(2, 'default-worker', 'worker', workers);
  const extra = example.extraGroup ? [{ ...groupOf(3, 'extra', 'worker', 1), isDefault: false, ...example.extraGroup }] : [];
  const nodeGroups = [masters, minions, ...extra];
  const nodes = nodeGroups.flatMap((group) =>
    Array.from({ length: group.nodeCount }, (_, index) => nodeOf(group, index, example)),
  );
  return {
    bay: bayOf(example),
    model: modelOf(example),
    nodeGroups,
    nodes,
    facts: { ...FACTS, ...example.facts },
    rollbackOnFailure: false,
    delegation: {
      trusteeUserId: 'trustee-1',
      trusteeUsername: 'bay_trustee',
      trusteeDomainId: 'magnum',
      enrolmentTokens: new Secret(
        JSON.stringify(Object.fromEntries(nodes.map((node) => [resourceNameOf(node), exampleToken(resourceNameOf(node))]))),
      ),
      trustId: null,
    },
  };
}

/** An example bay for the driver's first platform. */
export function exampleBayFor({ provides }: BayDriver, example: Example = {}): RenderInput {
  const [platform] = provides;
  if (!platform) throw new Error('a driver without a platform is never chosen');
  const { coe, distro: clusterDistro, serverType } = platform;
  const model = { coe, clusterDistro, serverType, networkDriver: findCoe(coe)?.networkDrivers[0] ?? null, ...example.model };
  return exampleBay({ ...example, model });
}

/** An enrolment token of the usual length, different for each node. */
export function exampleToken(node: string): string {
  return `example-token-of-${node}-`.padEnd(43, 'x');
}

const FACTS: BayFacts = {
  authUrl: 'http://192.0.2.1:5000/v3',
  magnumUrl: 'http://192.0.2.1:9511/v1',
  regionName: 'RegionOne',
  fixedSubnetCidr: '10.0.0.0/24',
  fixedNetworkId: null,
  fixedSubnetId: null,
  externalNetworkId: 'public',
  cloudCa: '',
  verifyCloudCa: true,
  serverGroupPolicy: 'soft-anti-affinity',
  dockerVolumeType: null,
};

const OWN = { projectId: 'demo' };
const IDS = { bay: id<BayId>('b', 1), model: id<BayModelId>('a', 1) };

function bayOf({ desired }: Example): Bay {
  const flavors = { masterFlavorId: 'm1.small', flavorId: 'm1.small' };
  return aBay({
    ...OWN,
    id: IDS.bay,
    name: 'example',
    generation: 3,
    bayModelId: IDS.model,
    keypair: 'default',
    floatingIpEnabled: true,
    ...flavors,
    ...desired,
  });
}

function modelOf({ model }: Example): BayModel {
  return aBayModel({
    ...OWN,
    id: IDS.model,
    name: 'swarm',
    coe: 'swarm-mode',
    imageId: 'image-1',
    keypairId: 'default',
    externalNetworkId: 'public',
    dnsNameserver: '192.0.2.53',
    flavorId: 'm1.small',
    masterFlavorId: 'm1.small',
    clusterDistro: 'fedora-atomic',
    ...model,
  });
}

function groupOf(sequence: number, name: string, role: string, nodeCount: number): NodeGroup {
  const group = { sequence, name, role, nodeCount, imageId: 'image-1' };
  return aNodeGroup({ ...OWN, ...group, id: id<NodeGroupId>('c', sequence), bayId: IDS.bay });
}

function nodeOf(group: NodeGroup, index: number, { leaving = [], shardSize, clusterInNames }: Example): Node {
  const number = group.sequence * 100 + index;
  const role = group.role === 'master' ? 'master' : 'worker';
  const place = { bay: { id: group.bayId, name: 'example' }, role, group: group.isDefault ? null : group.name } as const;
  const whole = nodeName(place, new Set(), () => number);
  const name = clusterInNames ? whole : resourceNameOf({ role, name: whole });
  return aNode({
    id: id<NodeId>('d', number),
    sequence: number,
    bayId: group.bayId,
    nodeGroupId: group.id,
    name,
    role,
    bayModelId: IDS.model,
    imageId: group.imageId,
    shard: shardSize === undefined || group.role === 'master' ? null : Math.floor(index / shardSize),
    desired: leaving.includes(name) ? 'absent' : 'present',
  });
}

/** Labels that would be a function, a placeholder or a command where a value became part of a text. */
export const HOSTILE: Readonly<Record<string, string>> = {
  get_param: 'enrolment_tokens',
  quotes: `"'\`\\`,
  newline: 'one\ntwo\r\n',
  shell: '$(touch /tmp/owned); touch /tmp/owned',
  emoji: '🐳 ünïcödé \u0085\u2028',
  placeholder: '$VALUES $CONFIG',
  percent: '%h %%n ${HOME}',
};

/** Bays that together use everything that a driver renders. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  plain: {},
  shards: { workers: 3, shardSize: 2, extraGroup: { name: 'Grün & groß', dockerVolumeSize: 10 } },
  named: { workers: 3, shardSize: 2, clusterInNames: true, extraGroup: { name: 'Grün & groß' } },
  'load-balanced': {
    managers: 3,
    desired: { masterLbEnabled: true, dockerVolumeSize: 5 },
    facts: { dockerVolumeType: 'fast' },
  },
  guarded: {
    desired: { masterLbEnabled: true, labels: { api_allowed_cidrs: '192.0.2.0/24, 198.51.100.7/32' } },
  },
  'existing-network': {
    desired: { floatingIpEnabled: false, keypair: null },
    model: { keypairId: null },
    facts: { fixedNetworkId: 'net-1', fixedSubnetId: 'subnet-1' },
  },
  'bare-metal': {
    managers: 3,
    desired: { masterLbEnabled: true, fixedNetwork: 'machines' },
    model: { serverType: 'bm' },
    facts: { fixedNetworkId: 'net-1', fixedSubnetId: 'subnet-1' },
  },
  hostile: {
    desired: { labels: HOSTILE },
    model: {
      httpProxy: 'http://user:p%40ss"word@proxy.example.org:3128/$(touch /tmp/owned)',
      httpsProxy: 'http://proxy.example.org:3128',
      noProxy: '10.0.0.0/8,.local',
      insecureRegistry: 'registry.example.org:5000,192.0.2.9:5000',
    },
  },
  'tls-disabled': { workers: 1, model: { tlsDisabled: true } },
  'extra-group': {
    workers: 3,
    extraGroup: { name: 'big', flavorId: 'm1.large', labels: { availability_zone: 'az-2' }, nodeCount: 2 },
    leaving: ['worker-00c9'],
  },
};

/** The bays whose rendering is a golden file. */
export const EXAMPLE_BAYS: Readonly<Record<string, RenderInput>> = Object.fromEntries(
  Object.entries(EXAMPLES).map(([name, example]) => [name, exampleBay(example)]),
);
