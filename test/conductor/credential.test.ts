import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import type { BayId, StackSpec } from '@magnum-ts/core/testing';
import { confirmCredential, getCredential } from '../../packages/core/src/app/credentials.js';
import type { Access, AppDeps } from '../../packages/core/src/app/deps.js';
import { secretHashOf } from '../../packages/core/src/app/node-proof.js';
import { resizeBay } from '../../packages/core/src/app/resize.js';
import { rotateCredential } from '../../packages/core/src/app/rotate.js';
import { rpcHandlers } from '../../packages/core/src/conductor/rpc-handlers.js';
import type { ConductorDeps } from '../../packages/core/src/conductor/deps.js';
import { askForBay, may, OWNER } from '../support/asking.js';
import { aMachine, startProcess, work, type Machine, type Process } from '../support/machine.js';

/** The account of the nodes that has that number. */
const SECRET = new Secret('a-secret');
/** One of the bay's nodes, which has enrolled. */
const asNode = async (
  bayId: BayId,
  { generation, name }: { generation: number; name: string },
  action: string,
): Promise<Access> => {
  const secret = { enrolment: 'done', secret_hash: secretHashOf(SECRET) };
  await machine.db('node').where({ bay_id: bayId, name }).update(secret);
  const trusteeOf = { bayId, projectId: 'project', generation };
  const nodeProof = { name, secret: SECRET };
  return { ...may(action), actor: { ...OWNER, userId: 'trustee', projectId: null, roles: [], trusteeOf, nodeProof } };
};
const signal = new AbortController().signal;
const always = (): void => undefined;

let machine: Machine;
let process: Process;
let deps: ConductorDeps;
const applied: StackSpec[] = [];
beforeEach(async () => {
  machine = await aMachine();
  process = await startProcess(machine);
  applied.length = 0;
  const { orchestrator } = process.deps;
  // Servers that could hold something, although their engine cannot be asked.
  deps = {
    ...process.deps,
    engines: { ...process.deps.engines, areLive: true },
    orchestrator: {
      ...bound(orchestrator),
      update: (id, spec, access, ending) => (applied.push(spec), orchestrator.update(id, spec, access, ending)),
    },
  };
});
afterEach(async () => {
  await process.engine.stop();
  await machine.db.destroy();
});

function bound<T extends object>(part: T): T {
  return new Proxy(part, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    ownKeys: () => ['find', 'findAll', 'create', 'update', 'delete', 'events'],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}

async function aBayAtRest(app: AppDeps): Promise<BayId> {
  const bayId = await askForBay(app);
  await work(deps, machine, isIn(bayId, 'CREATE_COMPLETE'));
  return bayId;
}

const bayOf = (id: BayId) => process.app.store.read((repos) => repos.bays.get(id));
const isIn = (id: BayId, status: string) => async () => (await bayOf(id))?.observed.status === status;
const waitsFor = (id: BayId, words: string) => async () => (await bayOf(id))?.observed.statusReason?.includes(words) === true;
const nodesOf = (id: BayId) => process.app.store.read((repos) => repos.nodes.ofBay(id));
const confirm = (id: BayId, name: string, generation: number) =>
  asNode(id, { generation, name }, 'credential:confirm').then((access) => confirmCredential(process.app, access, id, name));
const accounts = async () =>
  ((await machine.db('embedded_user').select('name')) as { name: string }[])
    .map(({ name }) => name.split('_').slice(2).join('_'))
    .filter((name) => name !== 'delegate')
    .sort();
const rotate = (id: BayId) => rotateCredential(process.app, may('credential:rotate'), id, always);

test('the old account stays until every node has reported that it holds the new one, and no longer', async () => {
  const id = await aBayAtRest(process.app);
  const trusts = machine.trusts.size;
  await rotate(id);
  await work(deps, machine, waitsFor(id, 'does not hold the new credential yet (2 more nodes are not ready)'));
  expect(await accounts()).toEqual(['', '1']);
  expect(machine.trusts.size).toBe(trusts + 1);
  const nodes = await nodesOf(id);
  for (const [index, { name }] of nodes.slice(0, 2).entries()) {
    await confirm(id, name, 1);
    await work(deps, machine, waitsFor(id, `node ${nodes[index === 0 ? 1 : 2]?.name ?? ''}`));
    expect(await accounts()).toEqual(['', '1']);
  }
  // Confirmed under the old account, which proves nothing.
  await confirm(id, nodes[2]?.name ?? '', 0);
  await work(deps, machine, waitsFor(id, `node ${nodes[2]?.name ?? ''}`));
  expect(await accounts()).toEqual(['', '1']);
  await confirm(id, nodes[2]?.name ?? '', 1);
  await work(deps, machine, isIn(id, 'UPDATE_COMPLETE'));
  expect(await accounts()).toEqual(['1']);
  expect([...machine.trusts.values()]).toHaveLength(trusts);
  const { trustee } = await process.app.store.read((repos) => repos.support.get(id));
  expect(machine.trusts.get(trustee?.userId ?? '')).toBe(trustee?.trustId);
});

test('a node that asks gets the new credential while it is handed out, and no stack holds it', async () => {
  const id = await aBayAtRest(process.app);
  await rotate(id);
  await work(deps, machine, waitsFor(id, 'does not hold the new credential yet'));
  const serving = await process.app.bus.serve(rpcHandlers(deps));
  const [node] = await nodesOf(id);
  const ask = async (holds: number) => {
    const access = await asNode(id, { generation: holds, name: node?.name ?? '' }, 'credential:get');
    return getCredential(process.app, access, id, signal);
  };
  const { generation, userId, password } = await ask(0);
  await serving.stop();
  const kept = await deps.vault.get(`bay/${id}/trustee-password-1`);
  expect([generation, password?.reveal()]).toEqual([1, kept?.reveal()]);
  // Stacks hold no account: a new node asks for the newest when it enrols.
  expect(JSON.stringify([applied.at(-1)?.template, applied.at(-1)?.parameters])).not.toContain(userId);
  const held = await ask(1);
  expect(held).toMatchObject({ generation: 1, userId, password: null });
});

test('a node that is added meanwhile must report, too; one that is removed need not', async () => {
  const id = await aBayAtRest(process.app);
  await rotate(id);
  await work(deps, machine, waitsFor(id, '(2 more nodes are not ready)'));
  const [master, one, two] = await nodesOf(id);
  for (const name of [master?.name, one?.name]) await confirm(id, name ?? '', 1);
  // The second worker is replaced: its place is taken by a node that was made with the new credential.
  const wanted = { nodeCount: 2, removeFirst: [two?.name ?? ''], group: null };
  await resizeBay(process.app, may('cluster:resize'), id, wanted, always);
  const fresh = (await nodesOf(id)).find(
    ({ desired, credentialGeneration }) => desired === 'present' && credentialGeneration === 0,
  );
  await work(deps, machine, waitsFor(id, `node ${fresh?.name ?? 'that is missing'} does not hold`));
  await confirm(id, fresh?.name ?? '', 1);
  await work(deps, machine, isIn(id, 'UPDATE_COMPLETE'));
  expect(await accounts()).toEqual(['1']);
});

test('without a token of the owner nothing is handed out, and the next request goes on', async () => {
  const id = await aBayAtRest(process.app);
  const { token: _token, ...withoutToken } = OWNER;
  await rotateCredential(process.app, { ...may('credential:rotate'), actor: withoutToken }, id, always);
  await work(deps, machine, isIn(id, 'UPDATE_FAILED'));
  expect((await bayOf(id))?.observed.statusReason).toContain('Rotate the credential again with a token of the project');
  expect(applied).toEqual([]);
  await rotate(id);
  await work(deps, machine, waitsFor(id, 'does not hold the new credential yet'));
  for (const { name } of await nodesOf(id)) await confirm(id, name, 1);
  await work(deps, machine, isIn(id, 'UPDATE_COMPLETE'));
  expect(await accounts()).toEqual(['1']);
});
