import { UNSEEN_BAY, type Bay, type BayDesired, type BayObserved } from '../domain/bay.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayId, BayModelId } from '../domain/ids.js';
import type { Intent } from '../domain/intent.js';
import type { Observation } from '../domain/observation.js';

/** Builders make whole values for tests; a test names only what it is about. Ids are fixed, so that output can be compared. */
export const A_BAY_ID = '11111111-2222-4333-8444-555555555555' as BayId;
export const A_MODEL_ID = '99999999-8888-4777-8666-555555555555' as BayModelId;
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
    failure: null,
    ...wanted,
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => key in from).map((key) => [key, from[key]])) as Pick<T, K>; // made of those keys
}
