import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { type BayId, CrashPoints, type StackSpec } from '@magnum-ts/core/testing';
import { deleteBay, updateBay, type CreateBay } from '../../packages/core/src/app/bays.js';
import { getBaySecrets } from '../../packages/core/src/app/credentials.js';
import type { Access } from '../../packages/core/src/app/deps.js';
import { secretHashOf } from '../../packages/core/src/app/node-proof.js';
import { driverRegistry } from '../../packages/core/src/composition/driver-registry.js';
import type { DriverRegistry } from '../../packages/core/src/conductor/deps.js';
import { rpcHandlers } from '../../packages/core/src/conductor/rpc-handlers.js';
import { baySecretRef, type BaySecret, type BaySecretValue } from '../../packages/core/src/domain/bay-secrets.js';
import type { Labels } from '../../packages/core/src/domain/labels.js';
import { askForBay, may, OWNER } from '../support/asking.js';
import { aMachine, copyOf, mortal, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** As a driver of an engine with a control plane declares them; the last one is for every node, and one is no longer used. */
const DECLARED: readonly BaySecret[] = [
  { name: 'service-accounts', material: 'key-pair', roles: ['master'] },
  { name: 'signer', material: 'authority', roles: ['master'] },
  { name: 'at-rest', material: 'random-key', roles: ['master'] },
  { name: 'gossip', material: 'random-key', roles: ['master', 'worker'] },
  { name: 'former', material: 'random-key', roles: [] },
];
const USED = DECLARED.filter(({ roles }) => roles.length > 0);

const NODE_SECRET = new Secret('the-secret-of-a-node');
const signal = new AbortController().signal;

let declared: readonly BaySecret[];
let machine: Machine;
let folder: string;
beforeEach(async () => {
  declared = DECLARED;
  folder = mkdtempSync(join(tmpdir(), 'magnum-secrets-'));
  machine = await aMachine();
});
afterEach(async () => {
  await machine.db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** The drivers that there are, with the declared secrets. */
function registry(): DriverRegistry {
  const engines = driverRegistry(false);
  return {
    ...engines,
    driverOf: (model) => ({ ...engines.driverOf(model), secrets: declared }),
    secretNames: () => declared.map(({ name }) => name),
  };
}

const start = (): Promise<Process> => startProcess(machine, registry());
const hasStatus = (process: Process, id: BayId, status: string | undefined) => async () =>
  (await process.app.store.read((repos) => repos.bays.get(id)))?.observed.status === status;

async function completed(process: Process, change: Partial<CreateBay> = {}): Promise<BayId> {
  const id = await askForBay(process.app, change);
  await work(process.deps, machine, hasStatus(process, id, 'CREATE_COMPLETE'));
  return id;
}

/** What the vault holds, by the name of the secret. */
async function kept({ deps }: Process, id: BayId): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name } of DECLARED) {
    const secret = await deps.vault.get(baySecretRef(id, name));
    if (secret) found.set(name, secret.reveal());
  }
  return found;
}

/** Texts that appear where a value does: the middle of a key is in no other text. */
function tracesOf(values: ReadonlyMap<string, string>): readonly string[] {
  return [...values.values()].flatMap((text) => {
    const { privateKey, key } = JSON.parse(text) as Partial<BaySecretValue>;
    return privateKey === undefined ? [key ?? ''] : [privateKey.split('\n')[4] ?? ''];
  });
}

type Role = 'master' | 'worker';
type Change = Partial<{ readonly secret: Secret; readonly enrolment: string; readonly desired: string; readonly unproven: true }>;

/** Asks as a node of that role, which has enrolled unless the change says otherwise. */
async function askAs(process: Process, id: BayId, role: Role, change: Change = {}): Promise<readonly BaySecretValue[]> {
  const { name }: { name: string } = await machine.db('node').where({ bay_id: id, role }).first('name');
  const row = {
    enrolment: change.enrolment ?? 'done',
    secret_hash: secretHashOf(NODE_SECRET),
    desired: change.desired ?? 'present',
  };
  await machine.db('node').where({ bay_id: id, name }).update(row);
  const nodeProof = change.unproven ? {} : { nodeProof: { name, secret: change.secret ?? NODE_SECRET } };
  const trusteeOf = { bayId: id, projectId: 'project', generation: 0 };
  const actor = { ...OWNER, userId: 'trustee', projectId: null, roles: [], trusteeOf, ...nodeProof };
  const access: Access = { ...may('credential:get_secrets'), actor };
  const serving = await process.app.bus.serve(rpcHandlers(process.deps));
  try {
    return (await getBaySecrets(process.app, access, id, signal)).secrets;
  } finally {
    await serving.stop();
  }
}

test('a node gets the secrets of its role, each of the declared material, and every node of the role the same', async () => {
  const process = await start();
  const id = await completed(process);
  const secrets = await askAs(process, id, 'master');
  expect(secrets.map(({ name, material, generation }) => [name, material, generation])).toEqual(
    USED.map(({ name, material }) => [name, material, 0]),
  );
  const [accounts, signer, atRest] = secrets;
  const publicHalf = createPublicKey(createPrivateKey(accounts?.privateKey ?? '')).export({ type: 'spki', format: 'pem' });
  expect(publicHalf.toString().trim()).toBe(accounts?.publicKey?.trim());
  const certificate = new X509Certificate(signer?.certificate ?? '');
  expect([certificate.ca, certificate.checkPrivateKey(createPrivateKey(signer?.privateKey ?? ''))]).toEqual([true, true]);
  expect(Buffer.from(atRest?.key ?? '', 'base64')).toHaveLength(32);
  expect(await askAs(process, id, 'master')).toEqual(secrets);
  // A worker gets the secret that is for workers too, and nothing of the control plane.
  expect(await askAs(process, id, 'worker')).toEqual([secrets.at(-1)]);
  await process.engine.stop();
});

test.each<[string, Labels | null, boolean]>([
  ['is made and given to nodes where the labels of the bay ask for it', { colour: 'sealed' }, true],
  ['is neither made nor asked for where they do not', null, false],
])('a secret that depends on labels %s', async (_what, labels, isThere) => {
  const isFor = ({ colour }: Labels): boolean => colour === 'sealed';
  declared = DECLARED.map((secret) => (secret.name === 'at-rest' ? { ...secret, isFor } : secret));
  const process = await start();
  const id = await completed(process, { labels });
  expect((await kept(process, id)).has('at-rest')).toBe(isThere);
  expect((await askAs(process, id, 'master')).some(({ name }) => name === 'at-rest')).toBe(isThere);
  await process.engine.stop();
});

test('a worker is refused where every secret is for the control plane', async () => {
  declared = DECLARED.filter(({ roles }) => !roles.includes('worker'));
  const process = await start();
  const id = await completed(process);
  await expect(askAs(process, id, 'worker')).rejects.toMatchObject({ kind: 'forbidden' });
  expect(await askAs(process, id, 'master')).toHaveLength(3);
  await process.engine.stop();
});

test.each<[string, Change]>([
  ['with a secret that is not its own', { secret: new Secret('made up') }],
  ['that has not enrolled', { enrolment: 'awaited' }],
  ['that proves nothing', { unproven: true }],
  ['from before nodes had secrets', { enrolment: 'before', unproven: true }],
  ['that is being removed', { desired: 'absent' }],
])('a master %s is refused', async (_what, change) => {
  const process = await start();
  const id = await completed(process);
  await expect(askAs(process, id, 'master', change)).rejects.toMatchObject({ kind: 'forbidden' });
  await process.engine.stop();
});

test('the secrets of a bay that an earlier release made are there after its next change, and are asked for in vain before', async () => {
  declared = [];
  const first = await start();
  const id = await completed(first);
  await expect(askAs(first, id, 'master')).rejects.toMatchObject({ kind: 'forbidden' });
  await first.engine.stop();
  declared = DECLARED;
  const second = await start();
  await expect(askAs(second, id, 'master')).rejects.toMatchObject({ kind: 'engine-not-live' });
  await updateBay(second.app, may('bay:update'), id, () => ({ health: null, work: { nodeCount: 3, rollbackOnFailure: false } }));
  await work(second.deps, machine, hasStatus(second, id, 'UPDATE_COMPLETE'));
  expect(await askAs(second, id, 'master')).toHaveLength(USED.length);
  await second.engine.stop();
});

test('no template, no parameter, no row and no line of the log holds any of a secret', async () => {
  const specs: StackSpec[] = [];
  const lines: string[] = [];
  const { deps, app, engine } = await start();
  const note = (event: string, fields: unknown): void => void lines.push(`${event} ${JSON.stringify(fields)}`);
  const process: Process = {
    app,
    engine,
    deps: {
      ...deps,
      logger: { debug: note, info: note, warn: note, error: note },
      orchestrator: {
        ...wholeOf(deps.orchestrator),
        create: (spec, access, ending) => (specs.push(spec), deps.orchestrator.create(spec, access, ending)),
      },
    },
  };
  const id = await completed(process);
  await askAs(process, id, 'master');
  const values = await kept(process, id);
  expect([...values.keys()]).toEqual(USED.map(({ name }) => name));
  const revealed = specs.map(({ parameters, ...rest }) => [
    rest,
    Object.entries(parameters).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  ]);
  const tables: { name: string }[] = await machine.db('sqlite_master').where({ type: 'table' }).select('name');
  const rows = await Promise.all(tables.map(async ({ name }) => [name, await machine.db(name)]));
  const everything = JSON.stringify([revealed, lines, rows]);
  expect(specs).toHaveLength(1);
  expect(lines.length).toBeGreaterThan(2);
  expect(everything).toContain(id);
  for (const trace of tracesOf(values)) {
    expect(trace.length).toBeGreaterThan(40);
    expect(everything).not.toContain(trace);
  }
  await engine.stop();
});

/** Methods of a class are not its own properties, so that a spread would lose them. */
function wholeOf<T extends object>(part: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(part)).filter((name) => name !== 'constructor');
  const methods = names.map((name) => [name, (Reflect.get(part, name) as () => unknown).bind(part)]); // the engine's own methods
  return Object.fromEntries(methods) as T; // every method of the interface is among them
}

test('a conductor that dies at any moment of the creation changes no secret that it made', { timeout: 600_000 }, async () => {
  const first = await start();
  const id = await askForBay(first.app);
  await first.engine.stop();
  const before = machine;
  const seen = new Set<number>();
  for (let moment = 1; ; moment += 1) {
    machine = await copyOf(before, folder);
    const doomed = await start();
    const outcome = await work(mortal(doomed, new CrashPoints(moment)), machine, hasStatus(doomed, id, 'CREATE_COMPLETE'));
    const made = await kept(doomed, id);
    await doomed.engine.stop();
    const second = await start();
    machine.clock.advance(31_000);
    await work(second.deps, machine, hasStatus(second, id, 'CREATE_COMPLETE'));
    const after = await kept(second, id);
    for (const [name, value] of made) expect(after.get(name), `${name}, died at moment ${moment}`).toBe(value);
    expect([...after.keys()]).toEqual(USED.map(({ name }) => name));
    seen.add(made.size);
    await second.engine.stop();
    await machine.db.destroy();
    if (outcome === 'done') break;
  }
  // It died before each of them, and after the last.
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  machine = before;
});

test('a deleted bay leaves no secret in the vault, also of a driver that no longer uses it', async () => {
  const process = await start();
  const id = await completed(process);
  await process.deps.vault.put(baySecretRef(id, 'former'), new Secret('of an earlier release'));
  expect((await kept(process, id)).size).toBe(DECLARED.length);
  await deleteBay(process.app, may('bay:delete'), id);
  await work(process.deps, machine, hasStatus(process, id, undefined));
  expect(await kept(process, id)).toEqual(new Map());
  await process.engine.stop();
});
