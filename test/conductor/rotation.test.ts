import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BayId } from '@magnum-ts/core/testing';
import { rotateAuthority } from '../../packages/core/src/app/rotate.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { DriverRegistry } from '../../packages/core/src/conductor/deps.js';
import type { ConnectInput, TlsPort, TlsProbe } from '../../packages/core/src/ports/bay-driver.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** Ports that answer, as `node port`; without an entry, all do. */
let silent: ReadonlySet<string>;
let probed: Set<string>;
let tlsPorts: readonly TlsPort[];
let machine: Machine;
let process: Process;
let bayId: BayId;
beforeEach(async () => {
  [silent, probed, tlsPorts] = [new Set(), new Set(), []];
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
    driverOf: (model) => ({ ...engines.driverOf(model), tlsPorts }),
    connect: (_model, input) => ({
      health: async () => ({ health: 'HEALTHY', reason: { api: 'ok' } }),
      admissions: async (ports) => admissions(input, ports),
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
