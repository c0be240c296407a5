import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { coes } from '../../coe/index.js';
import { exampleBayFor, type Example } from '../../coe/shared/testing/example-bays.js';
import type { BayDriver } from '../../ports/bay-driver.js';
import type { StackSnapshot, StackSpec } from '../../ports/orchestrator.js';
import { ACCESS, aHotEngine, SIGNAL, type HotEngineFixture } from './engine.test-support.js';

/*
 * Bays outlive releases of this service, and the next change of a bay applies the stack as the new release renders it. A property that the
 * orchestrator cannot change in place would replace the nodes of every bay then, with all that runs on them. So the stacks of a release are kept
 * here as it rendered them, and no later release may replace a part of theirs. They are recorded when a release is made
 * (RECORD_RELEASE=0.1.0), and never changed afterwards.
 */
const RELEASES = ['0.1.0'] as const;
const folderOf = (release: string): URL => new URL(`./released/${release}/`, import.meta.url);

const NAMES = { flavorId: 'm1.small', masterFlavorId: 'm1.small' } as const;
const EXAMPLES: Readonly<Record<string, Example>> = {
  plain: {},
  balanced: { managers: 3, desired: { masterLbEnabled: true }, model: { masterLbEnabled: true } },
  stored: { desired: { dockerVolumeSize: 5, floatingIpEnabled: true } },
};
const CASES = coes
  .flatMap((coe) => coe.drivers)
  .flatMap((driver) => Object.entries(EXAMPLES).map(([name, example]) => ({ driver, name, example })));

function rendered(driver: BayDriver, example: Example): StackSpec {
  const input = exampleBayFor(driver, {
    ...example,
    model: { imageId: 'debian-12', keypairId: 'default', ...NAMES, ...example.model },
    desired: { keypair: 'default', ...NAMES, ...example.desired },
  });
  return driver.render({
    ...input,
    nodeGroups: input.nodeGroups.map((group) => ({ ...group, flavorId: 'm1.small' })),
    nodes: input.nodes.map((node) => ({ ...node, imageId: 'debian-12' })),
  });
}

type Recorded = Pick<StackSpec, 'template' | 'files'>;

/** Scripts are left out: what a node runs when it boots is no reason to replace it. */
function recorded({ template, files }: StackSpec): Recorded {
  return {
    template,
    files: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, name.endsWith('.yaml') ? text : '#!/bin/sh\n# of that release\n']),
    ),
  };
}

/** Ids of the parts in the cloud, by their paths. Handles and conditions are rows of the orchestrator alone. */
function partsOf(stack: StackSnapshot | undefined): ReadonlyMap<string, string | null> {
  const parts = (stack?.resources ?? []).filter(({ type }) => /^OS::(Nova|Neutron|Cinder|Octavia)::/.test(type));
  return new Map(parts.map(({ path, physicalId }) => [path.join('/'), physicalId]));
}

async function made(hot: HotEngineFixture, spec: StackSpec): Promise<StackSnapshot | undefined> {
  await hot.engine.create(spec, ACCESS, SIGNAL);
  const stack = await hot.waitUntilSettled(spec.name);
  expect(stack?.reason).toBe('Stack CREATE completed successfully');
  return stack;
}

async function updated(hot: HotEngineFixture, id: string, spec: StackSpec): Promise<StackSnapshot | undefined> {
  await hot.engine.update(id, spec, ACCESS, SIGNAL);
  const stack = await hot.waitUntilSettled(spec.name);
  expect(stack?.reason).toBe('Stack UPDATE completed successfully');
  return stack;
}

describe.each(RELEASES)('the stacks of release %s', (release) => {
  test.each(CASES)('$driver.name, $name: are updated without the replacement of any part', async ({ driver, name, example }) => {
    const file = new URL(`${driver.name}-${name}.json`, folderOf(release));
    const now = rendered(driver, example);
    if (process.env['RECORD_RELEASE'] === release) {
      mkdirSync(folderOf(release), { recursive: true });
      writeFileSync(file, `${JSON.stringify(recorded(now), null, 1)}\n`);
    }
    const before: Recorded = JSON.parse(readFileSync(file, 'utf8'));
    const hot = await aHotEngine();
    const stack = await made(hot, { ...now, ...before });
    const parts = partsOf(stack);
    expect(parts.size).toBeGreaterThan(5);
    const after = partsOf(await updated(hot, stack?.id ?? '', now));
    expect(Object.fromEntries([...parts].map(([path]) => [path, after.get(path)]))).toEqual(Object.fromEntries(parts));
    await hot.close();
  });
});

test('a property that cannot be changed in place is noticed', async () => {
  const [{ driver } = { driver: undefined }] = CASES;
  if (!driver) throw new Error('there is no driver');
  const hot = await aHotEngine();
  const stack = await made(hot, rendered(driver, {}));
  const other = JSON.parse(JSON.stringify(rendered(driver, {})).replaceAll('"debian-12"', '"ubuntu-24.04"')) as StackSpec;
  const spec = { ...rendered(driver, {}), template: other.template, files: other.files };
  const after = partsOf(await updated(hot, stack?.id ?? '', spec));
  expect([...partsOf(stack)].some(([path, id]) => after.get(path) !== id)).toBe(true);
  await hot.close();
});
