import { X509Certificate } from 'node:crypto';
import { DomainError } from '../domain/errors.js';
import type { BayId } from '../domain/ids.js';
import { assertNever } from '../domain/json.js';
import type { ManifestKind } from '../domain/manifest.js';
import type { CoeSession, ContainerClient, ManifestClient } from '../ports/bay-driver.js';
import type { RpcHandlers, ContainerAction, ManifestsOf } from '../ports/bus.js';
import { NO_FENCE, type Fence } from './deps.js';
import { findBayState, sessionOf, type EngineAccessDeps } from './engine-access.js';
import { bundleOf, signingPair, trustedBy } from './ensure/key-pairs.js';
import { enrolNode, type EnrolNodeDeps } from './enrolment.js';
import { loadImage, type LoadImageDeps } from './load-image.js';
import { newestCredential } from './newest-credential.js';
import { secretsOfNode, type NodeSecretsDeps } from './node-secrets.js';
import { signForNode, type NodeCertificateDeps } from './node-certificate.js';

export type RpcHandlerDeps = Omit<LoadImageDeps & NodeCertificateDeps & EnrolNodeDeps & NodeSecretsDeps, keyof Fence>;

/** The RPC methods: those that need the running engine, or the key of an authority. */
export function rpcHandlers(outsideOfPasses: RpcHandlerDeps): RpcHandlers {
  const deps = { ...outsideOfPasses, ...NO_FENCE };
  const containersOf = (bayId: BayId, signal: AbortSignal): Promise<ContainerClient> => containerClient(deps, bayId, signal);
  return {
    'certificate.ca': async ({ bayId, authority }) => ({ pem: await bundleOf(deps, await findBayState(deps, bayId), authority) }),
    'certificate.node': (args, signal) => signForNode(deps, args, signal),
    'certificate.client': async ({ bayId, csr, authority, validForSeconds }) => {
      const state = await findBayState(deps, bayId);
      const pair = await signingPair(deps, state, { authority, forNode: false });
      const pem = await deps.authority.sign(pair, csr, deps.signingRules, { kind: 'client', validForSeconds });
      return { pem, ca: await trustedBy(deps, state), expiresAt: new Date(new X509Certificate(pem).validTo).toISOString() };
    },
    'node.enrol': (args) => enrolNode(deps, args),
    'credential.newest': async ({ bayId }) => newestCredential(deps, await findBayState(deps, bayId)),
    'secrets.ofNode': (args) => secretsOfNode(deps, args),
    'nodes.report': async ({ bayId }, signal) => {
      const session = await sessionOf(deps, await findBayState(deps, bayId), signal);
      return (await session.nodes?.(signal)) ?? [];
    },
    'manifest.list': async (args, signal) => (await manifestClient(deps, args, signal)).list(signal),
    'manifest.get': async (args, signal) => (await manifestClient(deps, args, signal)).get(args.ident, signal),
    'manifest.create': async (args, signal) => (await manifestClient(deps, args, signal)).create(args.manifest, signal),
    'manifest.replace': async (args, signal) =>
      (await manifestClient(deps, args, signal)).replace(args.ident, args.manifest, signal),
    'manifest.delete': async (args, signal) => {
      await (await manifestClient(deps, args, signal)).delete(args.ident, signal);
      return null;
    },
    'image.load': async (order, signal) => ({ nodes: await loadImage(deps, order, signal) }),
    'container.create': async ({ bayId, spec }, signal) => (await containersOf(bayId, signal)).create(spec, signal),
    'container.inspect': async ({ bayId, hostnames }, signal) =>
      Object.fromEntries(await (await containersOf(bayId, signal)).inspectAll(hostnames, signal)),
    'container.act': async ({ bayId, hostname, action }, signal) => {
      await actOn(await containersOf(bayId, signal), hostname, action, signal);
      return null;
    },
    'container.logs': async ({ bayId, hostname }, signal) => (await containersOf(bayId, signal)).logs(hostname, signal),
    'container.execute': async ({ bayId, hostname, command }, signal) =>
      (await containersOf(bayId, signal)).execute(hostname, command, signal),
  };
}

const SESSION_OF = { pod: 'pods', service: 'services', rc: 'replicationControllers' } as const satisfies Record<
  ManifestKind,
  keyof CoeSession
>;

async function manifestClient(
  deps: EngineAccessDeps,
  { bayId, kind }: ManifestsOf,
  signal: AbortSignal,
): Promise<ManifestClient> {
  const state = await findBayState(deps, bayId);
  const client = (await sessionOf(deps, state, signal))[SESSION_OF[kind]];
  if (client) return client;
  throw new DomainError('invalid-parameter', {
    field: 'bay_uuid',
    message: `Bay ${state.bay.name} runs ${state.model.coe}, which has no ${SESSION_OF[kind]} in this API.`,
  });
}

async function containerClient(deps: EngineAccessDeps, bayId: BayId, signal: AbortSignal): Promise<ContainerClient> {
  const state = await findBayState(deps, bayId);
  const session = await sessionOf(deps, state, signal);
  if (session.containers) return session.containers;
  throw new DomainError('invalid-parameter', {
    field: 'bay_uuid',
    message: `Bay ${state.bay.name} runs ${state.model.coe}, which has no containers in this API.`,
  });
}

async function actOn(client: ContainerClient, hostname: string, action: ContainerAction, signal: AbortSignal): Promise<void> {
  switch (action) {
    case 'start':
      return client.start(hostname, signal);
    case 'stop':
      return client.stop(hostname, signal);
    case 'reboot':
      return client.reboot(hostname, signal);
    case 'pause':
      return client.pause(hostname, signal);
    case 'unpause':
      return client.unpause(hostname, signal);
    case 'delete':
      return client.delete(hostname, signal);
    default:
      return assertNever(action);
  }
}
