import { afterAll, beforeAll, expect, test } from 'vitest';
import { aBayModel, DEFAULT_RULES, policyOf } from '@magnum-ts/core/testing';
import { createBayModel } from '../../packages/core/src/app/bay-models.js';
import { createBay } from '../../packages/core/src/app/bays.js';
import type { Access } from '../../packages/core/src/app/deps.js';
import { createNodeRecord } from '../../packages/core/src/app/nodes.js';
import { HIVE, may } from '../support/asking.js';
import { aMachine, startProcess, type Process } from '../support/machine.js';

let maker: Process;

beforeAll(async () => {
  const { app, ...rest } = await startProcess(await aMachine());
  // Scopes are not enforced here: such a token would not come this far else.
  maker = { ...rest, app: { ...app, policy: policyOf(DEFAULT_RULES, { enforceScope: false, enforceNewDefaults: false }) } };
  await maker.app.store.write((repos) =>
    repos.bayModels.insert(aBayModel({ public: true, flavorId: 'm1.small', externalNetworkId: 'public' })),
  );
});
afterAll(() => maker.engine.stop());

/** An administrator of the whole system, who may do everything and is in no project. */
const everywhere = (action: string): Access => {
  const access = may(action);
  return { ...access, actor: { ...access.actor, roles: ['admin'], projectId: null, systemScope: true } };
};
const { signal } = new AbortController();

test.each([
  ['a bay', () => createBay(maker.app, everywhere('bay:create'), HIVE, signal)],
  ['a bay model', () => createBayModel(maker.app, everywhere('baymodel:create'), aBayModel(), signal)],
  [
    'the record of a node',
    () => createNodeRecord(maker.app, everywhere('node:create'), { type: 'virt', imageId: 'debian-12', ironicNodeId: null }),
  ],
])('%s is not made without an owner, whatever the rules allow', async (_what, make) => {
  await expect(make()).rejects.toMatchObject({
    kind: 'forbidden',
    message: 'What is made belongs to a project, and this token is for none: log in for a project.',
  });
});
