import type { Knex } from 'knex';
import { DomainError, type Logger, silentLogger, toWebHandler } from '@magnum-ts/core';
import {
  aesSealer,
  aPlatform,
  type ContainerAction,
  type ContainerReport,
  type ContainerSpec,
  type ContainerStatus,
  DEFAULT_RULES,
  knexStore,
  type ManifestReport,
  type ManifestsOf,
  noBounds,
  type NodeReport,
  type Policy,
  policyOf,
  type RpcHandlers,
  type Store,
  systemClock,
  systemRandom,
} from '@magnum-ts/core/testing';
import { ENGINE_LIMITS } from '../../packages/core/src/embedded-cloud/hot-engine/validate.js';
import { inProcessBus } from '../../packages/core/src/adapters/bus/in-process.js';
import { lazyAuthority } from '../../packages/core/src/adapters/certificates/lazy-authority.js';
import { EmbeddedCloud } from '../../packages/core/src/embedded-cloud/cloud.js';
import { manifests, NO_FETCHING } from '../../packages/core/src/adapters/manifests/manifests.js';
import { DEFAULT_APP_RULES } from '../../packages/core/src/app/rules.js';
import { createApi, type ApiDeps } from '../../packages/core/src/api/http/dispatch.js';
import { baySecretsContext, type BaySecretValue } from '../../packages/core/src/domain/bay-secrets.js';
import { type ErrorName } from '../../packages/core/src/domain/errors.js';
import type { LabelCheck } from '../../packages/core/src/domain/labels.js';
import { manifestName } from '../../packages/core/src/domain/manifest.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import { requester, SEALING_KEY, type Requester, type Service } from './service.js';

/** A second front end over the service's database, in front of an engine that lives in memory. */
export interface Engine {
  readonly request: Requester;
  readonly containers: ReadonlyMap<string, { readonly spec: ContainerSpec; status: ContainerStatus }>;
  /** How many workloads it counts on nodes, by their names; a node that is absent has none that are counted. */
  readonly workloads: Map<string, number>;
  /** From now on every question fails so; undefined: it answers again. */
  failWith(kind: ErrorName | undefined, status?: number): void;
}

const SEALER = aesSealer(SEALING_KEY);

export interface EngineOptions {
  readonly store?: (store: Store) => Store;
  readonly logger?: Logger;
  readonly labelCheck?: LabelCheck;
  /** The default rules when absent. */
  readonly policy?: Policy;
  /** The service's when absent. */
  readonly identity?: ApiDeps['identity'];
}

const AFTER: Readonly<Record<Exclude<ContainerAction, 'delete'>, ContainerStatus>> = {
  start: 'Running',
  stop: 'Stopped',
  reboot: 'Running',
  pause: 'Paused',
  unpause: 'Running',
};

export async function anEngine(service: Service, options: EngineOptions = {}): Promise<Engine> {
  const containers = new Map<string, { readonly spec: ContainerSpec; status: ContainerStatus }>();
  const workloads = new Map<string, number>();
  const trouble: { kind: ErrorName | undefined; status: number | undefined } = { kind: undefined, status: undefined };
  const bus = inProcessBus();
  await bus.serve(
    answers(service.db, { containers, workloads }, () => {
      const { kind, status } = trouble;
      if (kind) throw new DomainError(kind, { message: 'The engine is made to fail.', ...(status ? { status } : {}) });
    }),
  );
  const store = knexStore(service.db, systemClock, SEALER);
  const fetch = toWebHandler(
    createApi({
      store: options.store?.(store) ?? store,
      bus,
      identity: options.identity ?? service.identity,
      policy: options.policy ?? policyOf(DEFAULT_RULES),
      ...aPlatform({ logger: options.logger ?? silentLogger }),
      ...DEFAULT_APP_RULES,
      ...noBounds(),
      labelCheck: options.labelCheck ?? 'warn',
      delegation: null,
      engines: driverRegistry(true),
      orchestrator: { limits: ENGINE_LIMITS },
      cloud: new EmbeddedCloud({
        db: service.db,
        config: service.config,
        backend: { usedRanges: async () => [] },
        authUrl: () => '',
        magnumUrl: () => '',
      }),
      authority: lazyAuthority(systemClock),
      sealer: SEALER,
      manifests: manifests(NO_FETCHING),
      maxLimit: 1_000,
      maxEventStreams: 3,
    }),
  );
  return {
    request: requester(fetch, service.tokens.demo),
    containers,
    workloads,
    failWith: (kind, status) => void Object.assign(trouble, { kind, status }),
  };
}

/** As of a driver that declares one of each kind; no real key. */
const SECRETS: readonly BaySecretValue[] = [
  { name: 'accounts', material: 'key-pair', generation: 0, publicKey: 'PUBLIC KEY', privateKey: 'PRIVATE KEY' },
  { name: 'signer', material: 'authority', generation: 0, certificate: 'CERTIFICATE', privateKey: 'PRIVATE KEY' },
  { name: 'at-rest', material: 'random-key', generation: 0, key: 'a2V5' },
];

function answers(
  db: Knex,
  {
    containers,
    workloads,
  }: {
    readonly containers: Map<string, { spec: ContainerSpec; status: ContainerStatus }>;
    readonly workloads: ReadonlyMap<string, number>;
  },
  mayFail: () => void,
): RpcHandlers {
  const find = (hostname: string): { spec: ContainerSpec; status: ContainerStatus } => {
    mayFail();
    const known = containers.get(hostname);
    if (!known) throw new DomainError('container-not-found', `Container ${hostname} is not in its bay's engine.`);
    return known;
  };
  const notHere = async (): Promise<never> => {
    throw new DomainError('internal', 'This engine has no certificates.');
  };
  const report = (status: ContainerStatus): ContainerReport => ({ status, node: 'worker-1', reason: null });
  return {
    'certificate.ca': notHere,
    'certificate.node': notHere,
    'node.enrol': notHere,
    'certificate.client': notHere,
    'credential.newest': notHere,
    'secrets.ofNode': async ({ bayId }) => ({ sealedSecrets: SEALER.seal(JSON.stringify(SECRETS), baySecretsContext(bayId)) }),
    'nodes.report': async ({ bayId }) => {
      mayFail();
      const rows: readonly Pick<NodeReport, 'name' | 'role'>[] = await db('node').where({ bay_id: bayId });
      return rows.map(({ name, role }) => ({
        name,
        role,
        address: null,
        state: 'ready',
        availability: 'active',
        leader: role === 'master',
        engineVersion: '20.10.24',
        ...(workloads.has(name) ? { workloads: workloads.get(name) ?? 0, resources: { cpus: { total: 2, used: 0.5 } } } : {}),
      }));
    },
    ...manifestAnswers(mayFail),
    'image.load': async ({ image }) => {
      mayFail();
      return { nodes: [`node with ${image}`] };
    },
    'container.create': async ({ spec }) => {
      mayFail();
      containers.set(spec.hostname, { spec, status: 'Stopped' });
      return report('Stopped');
    },
    'container.inspect': async ({ hostnames }) => {
      mayFail();
      return Object.fromEntries(hostnames.flatMap((name) => (containers.has(name) ? [[name, report(find(name).status)]] : [])));
    },
    'container.act': async ({ hostname, action }) => {
      const container = find(hostname);
      if (action === 'delete') containers.delete(hostname);
      else container.status = AFTER[action];
      return null;
    },
    'container.logs': async ({ hostname }) => ({ output: `logs of ${find(hostname).spec.image}\n` }),
    'container.execute': async ({ hostname, command }) => ({ output: `${find(hostname).spec.image}: ${command}` }),
  };
}

/** Objects of Kubernetes that live in memory, as far as the API can see. The real one is in test/host/kubernetes.test.ts. */
function manifestAnswers(
  mayFail: () => void,
): Pick<RpcHandlers, 'manifest.list' | 'manifest.get' | 'manifest.create' | 'manifest.replace' | 'manifest.delete'> {
  const objects: { readonly place: string; readonly report: ManifestReport }[] = [];
  const placeOf = ({ bayId, kind }: ManifestsOf): string => `${bayId} ${kind}`;
  const find = (args: ManifestsOf & { readonly ident: string }): number =>
    objects.findIndex(({ place, report }) => place === placeOf(args) && [report.uid, report.name].includes(args.ident));
  const found = (args: ManifestsOf & { readonly ident: string }): ManifestReport => {
    mayFail();
    const known = objects[find(args)];
    if (!known) throw new DomainError('workload-not-found', `${args.kind} ${args.ident} could not be found.`);
    return known.report;
  };
  return {
    'manifest.list': async (args) => {
      mayFail();
      return objects.filter(({ place }) => place === placeOf(args)).map(({ report }) => report);
    },
    'manifest.get': async (args) => found(args),
    'manifest.create': async (args) => {
      mayFail();
      const name = manifestName(args.manifest);
      const report: ManifestReport = { ...NOTHING, uid: systemRandom.uuid(), name, createdAt: new Date().toISOString() };
      objects.push({ place: placeOf(args), report });
      return report;
    },
    'manifest.replace': async (args) => found(args),
    'manifest.delete': async (args) => {
      mayFail();
      const index = find(args);
      if (index >= 0) objects.splice(index, 1);
      return null;
    },
  };
}

const NOTHING: ManifestReport = {
  uid: '',
  name: '',
  labels: {},
  createdAt: '',
  images: [],
  status: null,
  host: null,
  selector: {},
  ip: null,
  ports: [],
  replicas: null,
};
