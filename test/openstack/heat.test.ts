import { randomBytes } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { type Orchestrator, orchestratorContract, type StackName } from '@magnum-ts/core/testing';
import { cloudSessions } from '../../packages/core/src/adapters/openstack/sessions.js';
import { heatOrchestrator, type HeatDeps } from '../../packages/core/src/adapters/orchestrator/heat.js';
import { SIGNAL, withOpenstack, type Cloud } from './cloud.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

function heatOf(cloud: Cloud, change: Partial<HeatDeps> = {}): Orchestrator {
  const sessions = cloudSessions(cloud.deps(), { get: () => Promise.resolve(undefined) });
  const limits = { templateBytes: 524_288, requestBytes: 1_048_576, resources: 1_000, depth: 5 };
  return heatOrchestrator({ sessions, limits, ...change });
}

function aName(): StackName {
  return `contract-${randomBytes(6).toString('hex')}` as StackName; // legal for Heat
}

await withOpenstack('Heat', (cloud) => {
  const heat = (change?: Partial<HeatDeps>): Orchestrator => heatOf(cloud, change);
  orchestratorContract('Heat', async () => ({
    orchestrator: heat(),
    access: await cloud.accessOf('demo', 'demo'),
    stackName: aName(),
    patience: 60_000,
    close: () => Promise.resolve(),
  }));

  describe('stacks', () => {
    const aSpec = (name: StackName) => ({
      name,
      template: { heat_template_version: '2018-08-31', resources: {} },
      files: {},
      parameters: {},
      timeoutMinutes: 5,
      rollbackOnFailure: false,
      tags: [],
    });

    test('a stack that is larger than Heat takes is refused before it is sent, with both numbers', async () => {
      const spec = { ...aSpec(aName()), files: { 'big.txt': 'x'.repeat(2_000_000) } };
      await expect(heat().create(spec, await cloud.accessOf('demo', 'demo'), SIGNAL)).rejects.toMatchObject({
        kind: 'cloud-refused',
        message: expect.stringMatching(/ would have 20\d{5} bytes; the orchestrator takes 1048576 /),
      });
      expect((await heat().find([spec.name], await cloud.accessOf('demo', 'demo'), SIGNAL)).size).toBe(0);
    });

    test('without the right of its owner nothing is made', async () => {
      const { projectId, userId } = await cloud.accessOf('demo', 'demo');
      await expect(heat().create(aSpec(aName()), { projectId, userId }, SIGNAL)).rejects.toMatchObject({ kind: 'cloud-refused' });
    });

    test("a refusal carries Heat's words and request id", async () => {
      const template = { heat_template_version: '2018-08-31', resources: { one: { type: 'OS::Nothing::Known' } } };
      await expect(
        heat().create({ ...aSpec(aName()), template }, await cloud.accessOf('demo', 'demo'), SIGNAL),
      ).rejects.toMatchObject({
        message: expect.stringMatching(/^Heat: .*OS::Nothing::Known/),
        requestId: expect.stringMatching(/^req-/),
      });
    });
  });
});
