import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../domain/errors.js';
import type { StackName } from '../../domain/ids.js';
import type { JsonObject } from '../../domain/json.js';
import { Secret } from '../../domain/secret.js';
import type { CloudAccess, Orchestrator, StackSnapshot, StackSpec } from '../../ports/orchestrator.js';
import { until, type UntilOptions } from '../until.js';

/** An orchestrator under test, and what the suite must know of the cloud behind it. */
export interface OrchestratorUnderTest {
  readonly orchestrator: Orchestrator;
  readonly access: CloudAccess;
  /** Different for each test, so that suites can share a real cloud. */
  readonly stackName: StackName;
  /** How long a small stack may take, in milliseconds. */
  readonly patience: number;
  close(): Promise<void>;
}

const SIGNAL = new AbortController().signal;
const BARE = { files: {}, parameters: {}, timeoutMinutes: 5, rollbackOnFailure: false, tags: [] };

/** What every orchestrator must do for the reconciler. Uses only resources that cost nothing: values and random strings. */
export function orchestratorContract(name: string, makeOrchestrator: () => Promise<OrchestratorUnderTest>): void {
  describe(`orchestrator contract: ${name}`, () => {
    let subject: OrchestratorUnderTest;
    beforeEach(async () => {
      subject = await makeOrchestrator();
    });
    afterEach(async () => {
      const left = await find();
      if (left) await subject.orchestrator.delete(left.id, subject.access, SIGNAL);
      if (left) await settled();
      await subject.close();
    });

    const spec = (change: Partial<StackSpec>): StackSpec => ({
      ...BARE,
      name: subject.stackName,
      template: aTemplate({}),
      ...change,
    });
    const create = (change: Partial<StackSpec>): Promise<StackSnapshot> =>
      subject.orchestrator.create(spec(change), subject.access, SIGNAL);
    const find = async (): Promise<StackSnapshot | undefined> =>
      (await subject.orchestrator.find([subject.stackName], subject.access, SIGNAL)).get(subject.stackName);
    const waiting = (): UntilOptions => ({ withinMs: subject.patience, everyMs: subject.patience / 500 });
    const settled = async (): Promise<StackSnapshot | undefined> => {
      const look = async () => {
        const stack = await find();
        return stack?.state === 'IN_PROGRESS' ? undefined : { stack };
      };
      return (await until('the stack is in no operation', look, waiting())).stack;
    };
    const update = async (change: Partial<StackSpec>): Promise<StackSnapshot | undefined> => {
      const stack = await find();
      await subject.orchestrator.update(stack?.id ?? '', spec(change), subject.access, SIGNAL);
      return settled();
    };

    test('a stack is made, and shows outputs, tags and resources in order of need', async () => {
      const begun = await create({
        template: aTemplate({ second: aValue({ get_attr: ['first', 'value'] }), first: aValue('one') }),
        tags: ['generation-1'],
      });
      expect(begun).toMatchObject({ name: subject.stackName, action: 'CREATE' });
      const stack = await settled();
      expect(stack).toMatchObject({
        id: begun.id,
        action: 'CREATE',
        state: 'COMPLETE',
        tags: ['generation-1'],
        outputs: { out: 'one' },
      });
      expect(stack?.resources.map((resource) => resource.path.join('/'))).toEqual(['first', 'second']);
    });

    test('an absent stack is absent from what is found', async () => {
      expect((await subject.orchestrator.find([subject.stackName], subject.access, SIGNAL)).size).toBe(0);
    });

    test('looking at many finds what looking at one finds, and nothing of another project', async () => {
      const { orchestrator, access, stackName } = subject;
      await create({ template: aTemplate({ first: aValue('x') }) });
      const stack = await settled();
      const { id } = stack ?? { id: '' };
      const [last] = (await orchestrator.events(id, 0, 100, access, SIGNAL)).slice(-1);
      for (let again = 0; again < 2; again += 1) {
        const found = (await orchestrator.findAll([{ name: stackName, projectId: access.projectId }], SIGNAL)).get(stackName);
        expect(found).toMatchObject({
          id,
          action: 'CREATE',
          state: 'COMPLETE',
          outputs: stack?.outputs,
          resources: stack?.resources,
        });
        if (found?.newestEvent !== undefined) expect(found.newestEvent).toBe(last?.id);
      }
      expect((await orchestrator.findAll([{ name: stackName, projectId: 'somebody-else' }], SIGNAL)).size).toBe(0);
      expect((await orchestrator.findAll([], SIGNAL)).size).toBe(0);
    });

    test('a stack in progress shows in the next look what has changed since the last one', async () => {
      const { orchestrator, access, stackName } = subject;
      const look = async (): Promise<StackSnapshot | undefined> =>
        (await orchestrator.findAll([{ name: stackName, projectId: access.projectId }], SIGNAL)).get(stackName);
      await create({
        template: aTemplate({
          first: aValue('x'),
          handle: { type: 'OS::Heat::WaitConditionHandle' },
          last: {
            type: 'OS::Heat::WaitCondition',
            depends_on: 'first',
            properties: { handle: { get_resource: 'handle' }, timeout: 600 },
          },
        }),
      });
      const stateOf = (stack: StackSnapshot | undefined): unknown =>
        stack?.resources.map((resource) => `${resource.path.join('/')} ${resource.action} ${resource.state}`);
      const isSame = async () => {
        const [many, one] = [await look(), await find()];
        return (
          JSON.stringify(stateOf(many)) === JSON.stringify(stateOf(one)) &&
          one?.resources.some((resource) => resource.path[0] === 'last' && resource.state === 'IN_PROGRESS')
        );
      };
      await until('looking at many shows what looking at one shows', isSame, waiting());
    });

    test('a name in use is a conflict', async () => {
      await create({});
      await expect(create({})).rejects.toSatisfy((error) => isDomainError(error, 'conflict'));
    });

    test('a template that cannot be served is refused before anything is made', async () => {
      await expect(create({ template: aTemplate({ first: { type: 'OS::Nothing::Known' } }) })).rejects.toSatisfy((error) =>
        isDomainError(error, 'cloud-refused'),
      );
      expect(await find()).toBeUndefined();
    });

    test('a parameter that the template does not declare is refused', async () => {
      await expect(create({ parameters: { surplus: 'x' } })).rejects.toSatisfy((error) => isDomainError(error, 'cloud-refused'));
    });

    test('an update adds, changes and removes, and leaves the rest as it is', async () => {
      await create({ template: aTemplate({ kept: aRandom(), first: aValue('one'), dropped: aValue('x') }) });
      const before = await settled();
      const after = await update({
        template: aTemplate({ kept: aRandom(), first: aValue('two'), second: aValue('new') }),
        tags: ['generation-2'],
      });
      expect(after).toMatchObject({ action: 'UPDATE', state: 'COMPLETE', tags: ['generation-2'], outputs: { out: 'new' } });
      expect(after?.resources.map((resource) => resource.path.join('/')).toSorted()).toEqual(['first', 'kept', 'second']);
      const idOf = (stack: StackSnapshot | undefined): unknown =>
        stack?.resources.find((resource) => resource.path.join('/') === 'kept')?.physicalId;
      expect(idOf(after)).toBe(idOf(before));
    });

    test('nested templates come from the files, and their resources show under their path', async () => {
      const nested = JSON.stringify({
        heat_template_version: '2018-08-31',
        parameters: { given: { type: 'string' } },
        resources: { inner: aValue({ get_param: 'given' }) },
        outputs: { result: { value: { get_attr: ['inner', 'value'] } } },
      });
      await create({
        template: aTemplate({
          second: aValue({ get_attr: ['holder', 'result'] }),
          holder: { type: 'nested.yaml', properties: { given: 'deep' } },
        }),
        files: { 'nested.yaml': nested },
      });
      const stack = await settled();
      expect(stack?.outputs).toEqual({ out: 'deep' });
      expect(stack?.resources.map((resource) => resource.path.join('/'))).toContain('holder/inner');
    });

    test('a wait condition without a signal fails, and its resource says so', async () => {
      await create({
        template: aTemplate({
          handle: { type: 'OS::Heat::WaitConditionHandle' },
          first: { type: 'OS::Heat::WaitCondition', properties: { handle: { get_resource: 'handle' }, timeout: 1 } },
        }),
      });
      const stack = await settled();
      expect(stack).toMatchObject({ action: 'CREATE', state: 'FAILED' });
      expect(stack?.reason).toMatch(/^Resource CREATE failed: .*resources\.first: 0 of 1 received/);
      expect(stack?.resources.find((resource) => resource.path[0] === 'first')).toMatchObject({
        action: 'CREATE',
        state: 'FAILED',
      });
    });

    test('a failed create with rollback leaves a stack without resources', async () => {
      await create({
        rollbackOnFailure: true,
        template: aTemplate({
          kept: aValue('x'),
          handle: { type: 'OS::Heat::WaitConditionHandle' },
          first: { type: 'OS::Heat::WaitCondition', properties: { handle: { get_resource: 'handle' }, timeout: 1 } },
        }),
      });
      expect(await settled()).toMatchObject({ action: 'ROLLBACK', state: 'COMPLETE', resources: [] });
    });

    test('a stack in progress takes no update', async () => {
      const { id } = await create({
        template: aTemplate({
          handle: { type: 'OS::Heat::WaitConditionHandle' },
          first: { type: 'OS::Heat::WaitCondition', properties: { handle: { get_resource: 'handle' }, timeout: 60 } },
        }),
      });
      await expect(subject.orchestrator.update(id, spec({}), subject.access, SIGNAL)).rejects.toSatisfy((error) =>
        isDomainError(error, 'operation-in-progress'),
      );
    });

    test('a deleted stack is gone, even one that was still being made, and deleting it again is success', async () => {
      const { id } = await create({
        template: aTemplate({
          handle: { type: 'OS::Heat::WaitConditionHandle' },
          first: { type: 'OS::Heat::WaitCondition', properties: { handle: { get_resource: 'handle' }, timeout: 600 } },
        }),
      });
      await subject.orchestrator.delete(id, subject.access, SIGNAL);
      await subject.orchestrator.delete(id, subject.access, SIGNAL);
      expect(await settled()).toBeUndefined();
      await subject.orchestrator.delete(id, subject.access, SIGNAL);
    });

    test('a secret parameter is used, and shown only where an output shows it', async () => {
      const template = {
        ...aTemplate({ second: aValue({ get_param: 'word' }) }),
        parameters: { word: { type: 'string', hidden: true } },
        outputs: {},
      };
      const { id } = await create({ template, parameters: { word: new Secret('a-very-hidden-word') } });
      const stack = await settled();
      expect(stack?.state).toBe('COMPLETE');
      const events = await subject.orchestrator.events(id, 0, 100, subject.access, SIGNAL);
      expect(JSON.stringify([stack, events])).not.toContain('a-very-hidden-word');
    });

    test('events come oldest first and go on after the last one seen', async () => {
      const { id } = await create({ template: aTemplate({ first: aValue('x') }) });
      await settled();
      const events = await subject.orchestrator.events(id, 0, 100, subject.access, SIGNAL);
      expect(events.map((event) => `${event.path.join('/')} ${event.action} ${event.state}`)).toEqual([
        ' CREATE IN_PROGRESS',
        'first CREATE IN_PROGRESS',
        'first CREATE COMPLETE',
        ' CREATE COMPLETE',
      ]);
      const [first, second] = events;
      expect((await subject.orchestrator.events(id, first?.id ?? 0, 1, subject.access, SIGNAL)).map((event) => event.id)).toEqual(
        [second?.id],
      );
    });
  });
}

function aValue(value: JsonObject | string): JsonObject {
  return { type: 'OS::Heat::Value', properties: { value } };
}

function aRandom(): JsonObject {
  return { type: 'OS::Heat::RandomString', properties: { length: 8 } };
}

/** Shows the value of `second` where there is one. */
function aTemplate(resources: JsonObject): JsonObject {
  const outputs = resources['second'] === undefined ? {} : { out: { value: { get_attr: ['second', 'value'] } } };
  return { heat_template_version: '2018-08-31', resources, outputs };
}
