import { UNSEEN_BAY, type Bay, type BayDesired, type BayObserved } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayState } from '../conductor/bay-state.js';
import type { BayId, BayModelId, NodeGroupId, NodeId } from '../domain/ids.js';
import type { Intent } from '../domain/intent.js';
import type { NodeGroup } from '../domain/node-group.js';
import { UNSEEN_NODE, type Node, type NodeObservation } from '../domain/node.js';
import type { Observation } from '../domain/observation.js';
import { EMPTY_RECONCILER_STATE } from '../domain/reconciler-state.js';

/** Builders make whole values for tests; a test names only what it is about. Ids are fixed, so that output can be compared. */
export const A_BAY_ID = '11111111-2222-4333-8444-555555555555' as BayId;
export const A_MODEL_ID = '99999999-8888-4777-8666-555555555555' as BayModelId;
export const A_GROUP_ID = '33333333-4444-4555-8666-777777777777' as NodeGroupId;
export const A_NODE_ID = '55555555-6666-4777-8888-999999999999' as NodeId;
const CREATED = new Date('2026-01-01T00:00:00Z');

export function aBay(wanted: Partial<Bay> & Partial<BayDesired> & Partial<BayObserved> = {}): Bay {
  const desired: BayDesired = {
    bayModelId: A_MODEL_ID,
    keypair: null,
    dockerVolumeSize: null,
    labels: {},
    masterFlavorId: null,
    flavorId: null,
    createTimeout: 60,
    discoveryUrl: null,
    fixedNetwork: null,
    fixedSubnet: null,
    floatingIpEnabled: false,
    masterLbEnabled: false,
    caGeneration: 0,
    credentialGeneration: 0,
  };
  return {
    id: A_BAY_ID,
    sequence: 1,
    projectId: 'project',
    userId: 'user',
    name: 'bay',
    generation: 1,
    createdAt: CREATED,
    updatedAt: null,
    ...pick(wanted, ['id', 'sequence', 'projectId', 'userId', 'name', 'generation']),
    desired: { ...desired, ...pick(wanted, Object.keys(desired) as (keyof BayDesired)[]) }, // the keys of that very record
    observed: { ...UNSEEN_BAY, ...pick(wanted, Object.keys(UNSEEN_BAY) as (keyof BayObserved)[]) }, // likewise
  };
}

export function aBayModel(wanted: Partial<BayModel> = {}): BayModel {
  return {
    id: A_MODEL_ID,
    sequence: 1,
    projectId: 'project',
    userId: 'user',
    name: 'model',
    coe: 'swarm',
    imageId: 'debian-12',
    keypairId: null,
    externalNetworkId: null,
    fixedNetwork: null,
    fixedSubnet: null,
    networkDriver: 'docker',
    volumeDriver: null,
    dnsNameserver: null,
    apiserverPort: null,
    flavorId: null,
    masterFlavorId: null,
    dockerVolumeSize: null,
    dockerStorageDriver: null,
    clusterDistro: 'debian',
    httpProxy: null,
    httpsProxy: null,
    noProxy: null,
    registryEnabled: false,
    insecureRegistry: null,
    labels: {},
    tlsDisabled: false,
    public: false,
    hidden: false,
    serverType: 'vm',
    masterLbEnabled: false,
    floatingIpEnabled: true,
    tags: null,
    driver: null,
    createdAt: CREATED,
    updatedAt: null,
    ...wanted,
  };
}

/** A default group of workers, unless the test says otherwise. */
export function aNodeGroup(wanted: Partial<NodeGroup> = {}): NodeGroup {
  return {
    id: A_GROUP_ID,
    sequence: 1,
    bayId: A_BAY_ID,
    projectId: 'project',
    name: 'default-worker',
    role: 'worker',
    flavorId: null,
    imageId: 'debian-12',
    nodeCount: 1,
    minNodeCount: 0,
    maxNodeCount: null,
    dockerVolumeSize: null,
    labels: {},
    nodeLabels: null,
    nodeTaints: null,
    version: null,
    isDefault: true,
    stackId: null,
    status: 'CREATE_IN_PROGRESS',
    statusReason: null,
    createdAt: CREATED,
    updatedAt: null,
    ...wanted,
  };
}

/** A worker that has no server yet; `observed` names only what is known of it. */
export function aNode({ observed, ...wanted }: Partial<Omit<Node, 'observed'>> & ObservedPart = {}): Node {
  return {
    id: A_NODE_ID,
    sequence: 1,
    bayId: A_BAY_ID,
    nodeGroupId: A_GROUP_ID,
    name: 'worker-1',
    role: 'worker',
    bayModelId: A_MODEL_ID,
    imageId: 'debian-12',
    shard: null,
    zone: null,
    desired: 'present',
    credentialGeneration: 0,
    createdAt: CREATED,
    updatedAt: null,
    ...wanted,
    observed: { ...UNSEEN_NODE, ...observed },
  };
}

interface ObservedPart {
  readonly observed?: Partial<NodeObservation>;
}

/** Everything that a pass knows of a bay: one without nodes, of which nothing is asked. */
export function aBayState(wanted: Partial<BayState> = {}): BayState {
  return {
    bay: aBay(),
    model: aBayModel(),
    nextModel: null,
    nodeGroups: [],
    nodes: [],
    intent: null,
    support: EMPTY_RECONCILER_STATE,
    ...wanted,
  };
}

export function anIntent(wanted: Partial<Intent> = {}): Intent {
  return {
    bayId: A_BAY_ID,
    operation: 'create',
    generation: 1,
    rollbackOnFailure: false,
    upgrade: null,
    batch: 0,
    startedAt: CREATED,
    deadline: null,
    traceparent: null,
    ...wanted,
  };
}

export function aSighting(wanted: Partial<Observation> = {}): Observation {
  return {
    stack: { kind: 'absent' },
    apiAddress: null,
    discoveryUrl: null,
    coeVersion: null,
    containerVersion: null,
    nodes: new Map(),
    groupStacks: new Map(),
    failure: null,
    ...wanted,
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => key in from).map((key) => [key, from[key]])) as Pick<T, K>; // made of those keys
}
