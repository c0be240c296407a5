import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '@magnum-ts/core';
import { aBayModel, type BayId, CrashPoints, type ReconcilerState, type StackSpec } from '@magnum-ts/core/testing';
import { postInstallSource } from '../../packages/core/src/adapters/manifests/post-install.js';
import { getAddons } from '../../packages/core/src/app/addons.js';
import { createBay, deleteBay, updateBay, type UpdateBay } from '../../packages/core/src/app/bays.js';
import type { Access } from '../../packages/core/src/app/deps.js';
import { secretHashOf } from '../../packages/core/src/app/node-proof.js';
import type { Addon } from '../../packages/core/src/ports/bay-driver.js';
import { HIVE, may, OWNER } from '../support/asking.js';
import { hasStatus, statusOf } from '../support/deaths.js';
import { aMachine, copyOf, mortal, startProcess, work, type Machine, type Process } from '../support/machine.js';

const NODE_SECRET = new Secret('secret-of-the-node');
const signal = new AbortController().signal;

let machine: Machine;
let folder: string;
let server: Server;
let url: string;
/** How often the manifest was asked for; each answer says which one it is, as if the file changed all the time. */
let answers: number;
let answer: (number: number) => { readonly status: number; readonly text: string };

const textOf = (number: number): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: answer-${number}}\n---\napiVersion: v1\nkind: List\nitems:\n` +
  `- {apiVersion: v1, kind: Secret, metadata: {name: pull}, stringData: {password: hunter${number}}}\n`;

beforeEach(async () => {
  machine = await aMachine();
  folder = mkdtempSync(join(tmpdir(), 'magnum-post-install-'));
  answers = 0;
  answer = (number) => ({ status: 200, text: textOf(number) });
  server = createServer((_request, response) => {
    answers += 1;
    const { status, text } = answer(answers);
    response.writeHead(status).end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // it listens on a port
});
afterEach(async () => {
  await machine.db.destroy();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

/** `named`: whether the operator names the manifest. */
async function start(named = true): Promise<Process> {
  const process = await startProcess(machine);
  const postInstall = named ? postInstallSource({ allowPlain: true }, url) : null;
  return { ...process, deps: { ...process.deps, postInstall } };
}

async function ask({ app }: Process, coe: 'kubernetes' | 'swarm' = 'kubernetes'): Promise<BayId> {
  const network = coe === 'kubernetes' ? { networkDriver: 'flannel' } : {};
  const model = aBayModel({ coe, flavorId: 'm1.small', externalNetworkId: 'public', ...network });
  await app.store.write((repos) => repos.bayModels.insert(model));
  return (await createBay(app, may('bay:create'), HIVE, signal)).bayId;
}

async function completed(process: Process, coe?: 'kubernetes' | 'swarm'): Promise<BayId> {
  const id = await ask(process, coe);
  await work(process.deps, machine, hasStatus(process, id, 'CREATE_COMPLETE'));
  return id;
}

const supportOf = ({ app }: Process, id: BayId): Promise<ReconcilerState> => app.store.read((repos) => repos.support.get(id));
const reasonOf = async ({ app }: Process, id: BayId): Promise<string> =>
  (await app.store.read((repos) => repos.bays.get(id)))?.observed.statusReason ?? '';
const grow: UpdateBay = { health: null, work: { nodeCount: 3, rollbackOnFailure: false } };

/** The add-on as a node of the bay gets it. */
async function served({ app }: Process, bayId: BayId, role: 'master' | 'worker' = 'master'): Promise<Addon | undefined> {
  const { name }: { name: string } = await machine.db('node').where({ bay_id: bayId, role }).first('name');
  await machine
    .db('node')
    .where({ bay_id: bayId, name })
    .update({ enrolment: 'done', secret_hash: secretHashOf(NODE_SECRET) });
  const trusteeOf = { bayId, projectId: 'project', generation: 0 };
  const actor = { ...OWNER, userId: 'trustee', projectId: null, roles: [], trusteeOf, nodeProof: { name, secret: NODE_SECRET } };
  const access: Access = { ...may('addon:get'), actor };
  const { addons } = await getAddons(app, access, { bay: bayId, fillsAccount: false });
  return addons.find((addon) => addon.name === 'post-install');
}

const nameOf = (addon: Addon | undefined): unknown => (Object(addon?.objects[0]?.['metadata']) as { name?: string }).name;
const hashOf = (number: number): string => createHash('sha256').update(textOf(number)).digest('hex');

describe('the manifest of the operator', () => {
  test('is fetched once for a bay, and is what its control planes get, whatever stands in the file later', async () => {
    const process = await start();
    const id = await completed(process);
    expect((await supportOf(process, id)).postInstall).toEqual({ sha256: hashOf(1), objects: 2 });
    await updateBay(process.app, may('bay:update'), id, () => grow);
    await work(process.deps, machine, hasStatus(process, id, 'UPDATE_COMPLETE'));
    await process.engine.stop();
    const later = await start(false);
    const addon = await served(later, id);
    expect([answers, addon?.version, addon?.objects.length, nameOf(addon)]).toEqual([1, `sha256:${hashOf(1)}`, 2, 'answer-1']);
    const events = await machine.db('bay_event').where('reason', 'like', `%SHA-256 ${hashOf(1)}%`);
    expect(events).toHaveLength(1);
    await later.engine.stop();
  });

  test('is given to no bay that was made without it, and to none of another engine', async () => {
    const before = await start(false);
    const id = await completed(before);
    await before.engine.stop();
    const process = await start();
    await updateBay(process.app, may('bay:update'), id, () => grow);
    await work(process.deps, machine, hasStatus(process, id, 'UPDATE_COMPLETE'));
    expect([answers, (await supportOf(process, id)).postInstall, await served(process, id)]).toEqual([0, null, undefined]);
    await process.engine.stop();
    await machine.db.destroy();
    machine = await aMachine();
    const other = await start();
    await completed(other, 'swarm');
    expect(answers).toBe(0);
    await other.engine.stop();
  });

  test('changes nothing in the stack of a bay', async () => {
    const first = await start();
    const id = await ask(first);
    await first.engine.stop();
    const before = machine;
    const stackOf = async (named: boolean): Promise<unknown> => {
      machine = await copyOf(before, folder);
      const process = await start(named);
      const { orchestrator } = process.deps;
      const specs: StackSpec[] = [];
      const watched = new Proxy(orchestrator, {
        get: (target, name) => {
          if (name === 'create')
            return (...args: Parameters<typeof target.create>) => (specs.push(args[0]), target.create(...args));
          const part: unknown = Reflect.get(target, name, target);
          return typeof part === 'function' ? (part.bind(target) as unknown) : part;
        },
      });
      await work({ ...process.deps, orchestrator: watched }, machine, hasStatus(process, id, 'CREATE_COMPLETE'));
      await process.engine.stop();
      await machine.db.destroy();
      const stacks = specs.map(({ template, files }) => JSON.stringify({ template, files }));
      // Accounts and their trusts have ids that are drawn anew.
      return stacks.map((text) => text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g, 'ID'));
    };
    const without = await stackOf(false);
    expect(without).toEqual([expect.stringContaining('kube-master')]);
    expect(answers).toBe(0);
    expect(await stackOf(true)).toEqual(without);
    expect(answers).toBe(1);
    machine = before;
  });

  test('that is not there fails the bay, with the option and the status as its reason; an update tries again', async () => {
    answer = () => ({ status: 404, text: 'not found' });
    const process = await start();
    const id = await ask(process);
    await work(process.deps, machine, hasStatus(process, id, 'CREATE_FAILED'));
    expect(await reasonOf(process, id)).toMatch(
      /\[kubernetes\] post_install_manifest_url: .* HTTP status 404\. .* update it to try again/,
    );
    expect([answers, (await supportOf(process, id)).postInstall]).toEqual([1, null]);
    answer = (number) => ({ status: 200, text: textOf(number) });
    await updateBay(process.app, may('bay:update'), id, () => grow);
    await work(process.deps, machine, hasStatus(process, id, 'UPDATE_COMPLETE'));
    expect(nameOf(await served(process, id))).toBe('answer-2');
    await process.engine.stop();
  });

  test('that is no manifest fails the bay, too', async () => {
    answer = () => ({ status: 200, text: 'kind: Pod\nmetadata: {name: a}\n' });
    const process = await start();
    const id = await ask(process);
    await work(process.deps, machine, hasStatus(process, id, 'CREATE_FAILED'));
    expect(await reasonOf(process, id)).toContain('document 1 (Pod) has no apiVersion');
    expect(await machine.db('hot_stack')).toEqual([]);
    await process.engine.stop();
  });

  test('is waited for while its server does not serve it', async () => {
    answer = (number) => (number < 3 ? { status: 503, text: '' } : { status: 200, text: textOf(number) });
    const process = await start();
    const id = await ask(process);
    const reasons = new Set<string>();
    await work(process.deps, machine, async () => {
      reasons.add(await reasonOf(process, id));
      return (await statusOf(process, id)) === 'CREATE_COMPLETE';
    });
    expect([...reasons].join()).toMatch(
      /cannot be fetched now: it was answered with HTTP status 503\. It is tried again \(attempt 2\)/,
    );
    expect(nameOf(await served(process, id))).toBe('answer-3');
    await process.engine.stop();
  });

  test('rests sealed, and goes with the bay', async () => {
    const process = await start();
    const id = await completed(process);
    const tables: { name: string }[] = await machine.db('sqlite_master').where({ type: 'table' }).select('name');
    const rows = JSON.stringify(await Promise.all(tables.map(({ name }) => machine.db(name))));
    expect(rows).toContain(`bay/${id}/post-install`);
    expect(rows).not.toContain('hunter1');
    expect(JSON.stringify((await served(process, id))?.objects)).toContain('hunter1');
    await deleteBay(process.app, may('bay:delete'), id);
    await work(process.deps, machine, hasStatus(process, id, undefined));
    expect(await machine.db('vault_secret').where('ref', 'like', '%/post-install')).toEqual([]);
    await process.engine.stop();
  });

  test('is for control planes alone, because it may hold passwords', async () => {
    const process = await start();
    const id = await completed(process);
    expect(await served(process, id, 'worker')).toBeUndefined();
    expect(await served(process, id)).toBeDefined();
    await process.engine.stop();
  });

  test('that is lost is an error to a control plane, which would delete from the cluster what it is not given', async () => {
    const process = await start();
    const id = await completed(process);
    await machine.db('vault_secret').where('ref', 'like', '%/post-install').delete();
    await expect(served(process, id)).rejects.toMatchObject({ kind: 'internal' });
    await process.engine.stop();
  });

  test('is the same for a bay at whose creation a conductor dies, whenever it dies', { timeout: 600_000 }, async () => {
    const first = await start();
    const id = await ask(first);
    await first.engine.stop();
    const before = machine;
    const seen = new Set<string>();
    for (let moment = 1; ; moment += 1) {
      answers = 0;
      machine = await copyOf(before, folder);
      const doomed = await start();
      const outcome = await work(mortal(doomed, new CrashPoints(moment)), machine, hasStatus(doomed, id, 'CREATE_COMPLETE'));
      const { postInstall: kept } = await supportOf(doomed, id);
      const asked = answers;
      await doomed.engine.stop();
      const second = await start();
      machine.clock.advance(31_000);
      await work(second.deps, machine, hasStatus(second, id, 'CREATE_COMPLETE'));
      const { postInstall } = await supportOf(second, id);
      const addon = await served(second, id);
      if (kept) expect([postInstall, answers], `died at moment ${moment}`).toEqual([kept, asked]);
      expect([postInstall?.sha256, nameOf(addon)], `died at moment ${moment}`).toEqual([hashOf(answers), `answer-${answers}`]);
      expect(addon?.version).toBe(`sha256:${postInstall?.sha256 ?? ''}`);
      expect(await machine.db('bay_event').where('reason', 'like', '%post-install manifest%')).toHaveLength(1);
      seen.add(`${asked} fetched, ${kept ? 'kept' : 'lost'}`);
      await second.engine.stop();
      await machine.db.destroy();
      if (outcome === 'done') break;
    }
    // It died before the manifest was fetched, between that and the moment when it was kept, and after that.
    expect([...seen].sort()).toEqual(['0 fetched, lost', '1 fetched, kept', '1 fetched, lost']);
    machine = before;
  });
});
