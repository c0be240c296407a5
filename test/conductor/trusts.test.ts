import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Trusts } from '@magnum-ts/core/testing';
import { conductorRules } from '../../packages/core/src/composition/rules.js';
import { loadConfig } from '../../packages/core/src/config/config.js';
import { askForBay } from '../support/asking.js';
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
