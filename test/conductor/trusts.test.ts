import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { delegateUsername, type Trusts } from '@magnum-ts/core/testing';
import { deleteBay } from '../../packages/core/src/app/bays.js';
import { conductorRules } from '../../packages/core/src/composition/rules.js';
import { loadConfig } from '../../packages/core/src/config/config.js';
import { DomainError } from '../../packages/core/src/domain/errors.js';
import { askForBay, may } from '../support/asking.js';
import { aMachine, OWNER_TOKEN, startProcess, work, type Machine } from '../support/machine.js';

type TrustRequest = Parameters<Trusts['ensure']>[0];

let machine: Machine;
beforeEach(async () => {
  machine = await aMachine();
});
afterEach(() => machine.db.destroy());

/** The trusts that are asked for while a bay is made by a conductor with this section `[trust]`, in their order. */
async function trustsOfBay(...lines: readonly string[]): Promise<readonly TrustRequest[]> {
  const process = await startProcess(machine);
  const { identity } = process.deps;
  const { trusts } = identity;
  if (!trusts) throw new Error('this identity has no trusts');
  const requests: TrustRequest[] = [];
  const recording: Trusts = {
    ensure: (request, signal) => {
      requests.push(request);
      return trusts.ensure(request, signal);
    },
    delete: (...call) => trusts.delete(...call),
  };
  Object.assign(identity, { trusts: recording });
  const config = loadConfig([{ name: 'magnum.conf', content: ['[trust]', ...lines].join('\n') }]);
  const id = await askForBay(process.app);
  await work({ ...process.deps, trustRules: conductorRules(config).trustRules }, machine, async () => {
    const bay = await process.app.store.read((repos) => repos.bays.get(id));
    return bay?.observed.status === 'CREATE_COMPLETE';
  });
  for (const { ownerToken } of requests) expect(ownerToken.reveal()).toBe(OWNER_TOKEN);
  return requests;
}

test('a bay is deleted although an account of it gets no answer when it logs in to end its trust', async () => {
  const process = await startProcess(machine);
  const { identity } = process.deps;
  const { trusts } = identity;
  if (!trusts) throw new Error('this identity has no trusts');
  const asked: string[] = [];
  const silent: Trusts = {
    ensure: (...call) => trusts.ensure(...call),
    delete: (_trustId, { userId }) => {
      asked.push(userId);
      return Promise.reject(new DomainError('cloud-unavailable', 'Keystone does not answer.'));
    },
  };
  Object.assign(identity, { trusts: silent });
  const id = await askForBay(process.app);
  const bayOf = () => process.app.store.read((repos) => repos.bays.get(id));
  await work(process.deps, machine, async () => (await bayOf())?.observed.status === 'CREATE_COMPLETE');
  await deleteBay(process.app, may('bay:delete'), id);
  await work(process.deps, machine, async () => (await bayOf()) === undefined);
  expect(asked.length).toBeGreaterThan(0);
  expect(await identity.deleteTrustee(delegateUsername({ id, projectId: 'project' }), AbortSignal.timeout(5_000))).toBe(false);
});

describe('the trust under which stacks are made', () => {
  test('is asked for with the roles of [trust] delegate_roles, and with no more than the least', async () => {
    const requests = await trustsOfBay('delegate_roles = member, creator', 'roles = reader');
    expect(requests).toMatchObject([{ roles: ['member', 'creator'], isLeast: true, redelegations: 3 }]);
  });

  test('is asked for with the least, so without the role admin, where no roles are named', async () => {
    expect(await trustsOfBay()).toMatchObject([{ roles: [], isLeast: true, redelegations: 3 }]);
  });

  test('is another one than that of the nodes, who get the roles of [trust] roles and hand nothing on', async () => {
    const requests = await trustsOfBay('delegate_roles = member', 'roles = reader', 'cluster_user_trust = true');
    expect(requests).toMatchObject([
      { roles: ['member'], isLeast: true, redelegations: 3 },
      { roles: ['reader'], redelegations: 0 },
    ]);
    expect(requests[1]?.isLeast).not.toBe(true);
    expect(requests[1]?.trustee.userId).not.toBe(requests[0]?.trustee.userId);
  });
});
