import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BayId } from '@magnum-ts/core/testing';
import { rotateAuthority } from '../../packages/core/src/app/rotate.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import { loadBayState } from '../../packages/core/src/conductor/bay-state.js';
import { NO_FENCE, type DriverRegistry } from '../../packages/core/src/conductor/deps.js';
import { signingPair } from '../../packages/core/src/conductor/ensure/key-pairs.js';
import { rpcHandlers } from '../../packages/core/src/conductor/rpc-handlers.js';
import { baySecretRef, type BaySecret } from '../../packages/core/src/domain/bay-secrets.js';
import type { Authority } from '../../packages/core/src/domain/rotation.js';
import type { BayDriver, ConnectInput, TlsPort, TlsProbe, WantedAuthorities } from '../../packages/core/src/ports/bay-driver.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** Ports that answer, as `node port`; without an entry, all do. */
let silent: ReadonlySet<string>;
let probed: Set<string>;
let tlsPorts: readonly TlsPort[];
let authorities: BayDriver['authorities'];
let secrets: readonly BaySecret[];
/** As a driver of an engine with a control plane declares them. */
const SECRETS: readonly BaySecret[] = [
  { name: 'accounts', material: 'key-pair', roles: ['master'] },
  { name: 'signer', material: 'authority', roles: ['master'] },
  { name: 'at-rest', material: 'random-key', roles: ['master'] },
];
/** What nodes of an engine that tells it have adopted: PEM by name; undefined: whatever is wanted. */
let adopted: Map<string, string> | undefined;
let wanted: WantedAuthorities[];
let machine: Machine;
let process: Process;
let bayId: BayId;
beforeEach(async () => {
  [silent, probed, tlsPorts, authorities, adopted, wanted] = [new Set(), new Set(), [], undefined, undefined, []];
  secrets = [];
  machine = await aMachine();
  process = await startProcess(machine, registry());
  bayId = await askForBay(process.app);
  await work(process.deps, machine, hasStatus('CREATE_COMPLETE'));
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

type Endpoint = Pick<ConnectInput, 'endpoint' | 'nodes'>;

/** Nodes take new certificates at once: a client is admitted where one of the authorities that this service trusts has signed it. */
function registry(): DriverRegistry {
  const engines = driverRegistry(false);
  return {
    ...engines,
    areLive: true,
    secretNames: () => SECRETS.map(({ name }) => name),
    driverOf: (model) => ({ ...engines.driverOf(model), tlsPorts, secrets, ...(authorities ? { authorities } : {}) }),
    connect: (_model, input) => ({
      health: async () => ({ health: 'HEALTHY', reason: { api: 'ok' } }),
      admissions: async (ports) => admissions(input, ports),
      awaitedAdoption: async (asked) => {
        wanted.push(asked);
        return [...asked.ofNodes].flatMap(([name, pem]) =>
          !adopted || adopted.get(name) === pem ? [] : [`node ${name} is ready`],
        );
      },
    }),
  };
}

function admissions({ endpoint, nodes }: Endpoint, ports: readonly TlsPort[]): readonly TlsProbe[] {
  const client = new X509Certificate(endpoint.clientCertificate);
  const authorities = endpoint.ca.split(/(?<=-----END CERTIFICATE-----)\n/).filter((pem) => pem.includes('BEGIN'));
  const isTrusted = authorities.some((pem) => client.verify(new X509Certificate(pem).publicKey));
  return ports.flatMap(({ port, roles }) =>
    nodes
      .filter(({ role }) => roles.includes(role))
      .map(({ name }) => {
        probed.add(`${name} ${port}`);
        const answers = !silent.has(`${name} ${port}`);
        return { node: name, port, result: answers ? (isTrusted ? 'admitted' : 'refused') : 'unreachable' } as const;
      }),
  );
}

const bay = () => process.app.store.read((repos) => repos.bays.get(bayId));
const hasStatus = (status: string) => async () => (await bay())?.observed.status === status;
const waitsFor = (words: string) => async () => (await bay())?.observed.statusReason?.includes(words) === true;
const nodes = () => process.app.store.read((repos) => repos.nodes.ofBay(bayId));
const rotate = () => rotateAuthority(process.app, may('certificate:rotate_ca'), bayId, () => undefined);

test('waits for the ports that the driver names, and for no other: workers without a server of their own do not count', async () => {
  tlsPorts = [{ port: 6443, roles: ['master'] }];
  const [master, ...workers] = await nodes();
  silent = new Set(workers.map(({ name }) => `${name} 6443`));
  await rotate();
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  expect([...probed]).toEqual([`${master?.name ?? ''} 6443`]);
  expect((await process.app.store.read((repos) => repos.support.get(bayId))).caGeneration).toBe(1);
});

test('names each node that it waits for once, however many of its ports do not answer', async () => {
  tlsPorts = [
    { port: 6443, roles: ['master'] },
    { port: 10250, roles: ['master', 'worker'] },
  ];
  const [master, one, two] = (await nodes()).map(({ name }) => name);
  silent = new Set([`${master ?? ''} 6443`, `${master ?? ''} 10250`, `${two ?? ''} 10250`]);
  await rotate();
  await work(process.deps, machine, waitsFor(`Phase trust: node ${master ?? ''} does not answer (1 more node is not ready).`));
  silent = new Set([`${two ?? ''} 10250`]);
  await work(process.deps, machine, waitsFor(`Phase trust: node ${two ?? ''} does not answer.`));
  silent = new Set();
  await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
  expect(probed).toEqual(new Set([`${master} 6443`, ...[master, one, two].map((name) => `${name} 10250`)]));
});

test('replaces key pairs, and neither a key that has encrypted something nor an authority of its own, however often', async () => {
  tlsPorts = [{ port: 6443, roles: ['master'] }];
  const valueOf = async (name: string, generation = 0): Promise<string | undefined> =>
    (await process.deps.vault.get(baySecretRef(bayId, name, generation)))?.reveal();
  const lasting = async () => ({ signer: await valueOf('signer'), atRest: await valueOf('at-rest') });
  const rotated = async () => {
    await rotate();
    await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
    return lasting();
  };
  // The bay is of an earlier release: its first rotation makes what the driver declares now.
  secrets = SECRETS;
  const first = await rotated();
  expect(Object.values(first).map((text) => typeof text)).toEqual(['string', 'string']);
  expect([await rotated(), await rotated()]).toEqual([first, first]);
  const pairs = await Promise.all([0, 1, 2, 3].map((generation) => valueOf('accounts', generation)));
  expect(pairs.map((text) => text !== undefined)).toEqual([false, false, true, true]);
});

describe('of an engine that tells what its nodes have adopted', () => {
  beforeEach(() => {
    authorities = { master: ['etcd', 'front-proxy', 'main'], worker: ['main'] };
  });
  const bundle = async (authority: Authority): Promise<string> => {
    const handlers = rpcHandlers(process.deps);
    return (await handlers['certificate.ca']({ bayId, authority, forNode: true }, new AbortController().signal)).pem;
  };
  const bundlesOf = async (): Promise<{ readonly main: string; readonly all: string }> => {
    const [etcd, frontProxy, main] = [await bundle('etcd'), await bundle('front-proxy'), await bundle('main')];
    return { main, all: [etcd, frontProxy, main].join('\n') };
  };
  /** The nodes adopt what they find now. */
  const adopt = async (): Promise<void> => {
    const { main, all } = await bundlesOf();
    adopted = new Map((await nodes()).map(({ name, role }) => [name, role === 'master' ? all : main]));
  };

  test('each phase waits until every node has the authorities of its role, all of them in phases', async () => {
    const before = await bundlesOf();
    await adopt();
    await rotate();
    const [master, ...workers] = (await nodes()).map(({ name }) => name);
    const more = ` (and ${workers.length} more)`;
    await work(process.deps, machine, waitsFor(`Phase trust: waits until node ${master ?? ''} is ready${more}.`));
    const trust = await bundlesOf();
    await adopt();
    await work(process.deps, machine, waitsFor(`Phase issue: waits until node ${master ?? ''} is ready${more}.`));
    const issue = await bundlesOf();
    await adopt();
    await work(process.deps, machine, waitsFor(`Phase drop: waits until node ${master ?? ''} is ready${more}.`));
    const drop = await bundlesOf();
    await adopt();
    await work(process.deps, machine, hasStatus('UPDATE_COMPLETE'));
    expect(await bundlesOf()).toEqual(drop);
    const [old, next] = [certificatesOf(before.all), certificatesOf(drop.all)];
    expect(old.filter((pem) => next.includes(pem))).toEqual([]);
    expect(certificatesOf(trust.all)).toEqual(old.flatMap((pem, index) => [pem, next[index]]));
    expect(certificatesOf(issue.all)).toEqual(old.flatMap((pem, index) => [next[index], pem]));
    expect(wanted.at(-1)?.ca).toBe(drop.main);
  });

  test('a certificate of a node is signed by the authority that signs in that phase, of etcd too', async () => {
    await adopt();
    await rotate();
    await work(process.deps, machine, waitsFor('Phase trust'));
    await adopt();
    await work(process.deps, machine, waitsFor('Phase issue'));
    const state = await loadBayState(process.app.store, bayId);
    const pair = state && (await signingPair({ ...process.deps, ...NO_FENCE }, state, { authority: 'etcd', forNode: true }));
    expect(pair?.certificate).toBe(certificatesOf(await bundle('etcd'))[0]);
  });
});

function certificatesOf(text: string): readonly string[] {
  return text.split(/(?<=-----END CERTIFICATE-----)\n?/).filter((pem) => pem.includes('BEGIN'));
}
