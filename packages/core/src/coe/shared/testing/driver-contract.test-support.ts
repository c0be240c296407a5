import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import { labelProblems, LONGEST_TEXT } from '../../../domain/labels.js';
import { resourceNameOf } from '../../../domain/names.js';
import type { Node } from '../../../domain/node.js';
import { Secret } from '../../../domain/secret.js';
import { validateSpec } from '../../../embedded-cloud/hot-engine/validate.js';
import type { BayDriver, CloudNeeds, RenderInput } from '../../../ports/bay-driver.js';
import type { StackSpec } from '../../../ports/orchestrator.js';
import { scriptsOf, type NodeScripts } from '../node/scripts.js';
import { EXAMPLES, exampleBayFor, HOSTILE, type Example } from './example-bays.js';
import { interpretContract } from './interpret-contract.test-support.js';
import { nodeFolder } from './node-folder.test-support.js';
import { resolveUserData } from './user-data.test-support.js';

/**
 * What every driver must do, whatever its engine: the rest of the service relies on it. Bays of all examples are rendered for the
 * driver's first platform. Goldens, and rules of one engine, are tested beside the driver.
 */
export function driverContract(driver: BayDriver): void {
  describe(`the driver ${driver.name}`, () => {
    labelContract(driver);
    cloudNeedsContract(driver);
    secretContract(driver);
    rotationContract(driver);
    renderContract(driver);
    growthContract(driver);
    hostileContract(driver);
    scriptContract(driver);
    interpretContract(driver);
  });
}

function resourcesOf({ template }: StackSpec): JsonObject {
  return isJsonObject(template['resources']) ? template['resources'] : {};
}

/** Throws what the HOT engine refuses: unknown types, properties, parameters and references, also in nested templates. */
function validate(stack: StackSpec): void {
  const parameters = Object.entries(stack.parameters).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  validateSpec({ ...stack, parameters: Object.fromEntries(parameters) as JsonObject }); // names and JSON values
}

function labelContract(driver: BayDriver): void {
  test('labels have meanings, and defaults that their own rules accept', () => {
    for (const [name, rule] of Object.entries(driver.labels)) {
      expect(rule.meaning, name).toMatch(/^[A-Z].*[.:`]$/s);
      // The specification refuses a longer text before the driver is asked.
      expect(rule.longest ?? 0, name).toBeLessThanOrEqual(LONGEST_TEXT);
      // An empty default means that the label is absent.
      if (rule.default) expect(labelProblems(driver.labels, { [name]: rule.default }), name).toEqual([]);
    }
  });

  test('a plain bay has no problem, and no setting without effect', () => {
    const input = exampleBayFor(driver);
    expect(driver.check?.(input) ?? []).toEqual([]);
    expect(driver.outgrown?.(input) ?? []).toEqual([]);
    expect(driver.withoutEffect?.({ ...input.model, labels: {} }) ?? []).toEqual([]);
  });
}

function cloudNeedsContract(driver: BayDriver): void {
  const needs = (labels: Readonly<Record<string, string>>): CloudNeeds => driver.cloudNeeds({ labels });
  const NONE = { fixedSubnetCidr: undefined, volumeType: undefined, bootVolumeSize: undefined, workloadVolumes: undefined };

  test('labels that are absent, unknown or no value of theirs ask nothing of the cloud', () => {
    for (const labels of [{}, HOSTILE, { fixed_subnet_cidr: '10.0.0.0', workload_volumes: 'sometimes' }])
      expect(needs(labels)).toEqual(NONE);
  });

  test('a label that the driver declares is what the cloud is asked for', () => {
    const given = {
      fixed_subnet_cidr: '10.9.0.0/24',
      docker_volume_type: 'fast',
      boot_volume_size: '20',
      workload_volumes: 'Delete',
    };
    const declared = Object.fromEntries(Object.entries(given).filter(([name]) => name in driver.labels));
    expect(needs(declared)).toEqual({
      fixedSubnetCidr: declared['fixed_subnet_cidr'],
      volumeType: declared['docker_volume_type'],
      bootVolumeSize: declared['boot_volume_size'],
      workloadVolumes: 'workload_volumes' in declared ? 'delete' : undefined,
    });
  });
}

function secretContract({ secrets = [] }: BayDriver): void {
  test('secrets have different names, which can be part of a reference and of a path', () => {
    const names = secrets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // The vault keeps what ends with `-password` elsewhere; a number at the end means an older value.
    for (const name of names) expect(name).toMatch(/^(?!.*-(?:password|\d+)$)[a-z][a-z0-9-]{0,39}$/);
  });
}

function rotationContract({ rotates = [], tlsPorts = [], authorities }: BayDriver): void {
  test('a driver whose authority can be rotated says how its masters show that they have adopted the new one', () => {
    const ports = tlsPorts.filter(({ roles }) => roles.includes('master'));
    expect(ports.length > 0 || authorities?.master.includes('main') === true).toBe(rotates.includes('authority'));
    for (const { port, roles } of tlsPorts)
      expect([port > 0 && port < 65_536, roles.length > 0], String(port)).toEqual([true, true]);
  });
}

function renderContract(driver: BayDriver): void {
  test.each(Object.entries(EXAMPLES))(
    'the bay "%s" is a valid HOT template, also after growing and after shrinking',
    (_name, example) => {
      for (const workers of [0, 1, 4]) validate(driver.render(exampleBayFor(driver, { ...example, workers })));
    },
  );

  test.each(Object.entries(EXAMPLES))('the bay "%s" is rendered alike twice, at once or in steps', (_name, example) => {
    const whole = driver.render(exampleBayFor(driver, example));
    expect(driver.render(exampleBayFor(driver, example))).toEqual(whole);
    if (!driver.renderInSteps) return;
    const steps = driver.renderInSteps(exampleBayFor(driver, example));
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value).toEqual(whole);
  });

  test('enrolment tokens are a hidden parameter, and nowhere in the templates', () => {
    for (const example of Object.values(EXAMPLES)) {
      const { template, files, parameters } = driver.render(exampleBayFor(driver, example));
      expect(parameters['enrolment_tokens']).toBeInstanceOf(Secret);
      expect(template['parameters']).toMatchObject({ enrolment_tokens: { hidden: true } });
      expect(JSON.stringify([template, files])).not.toContain('example-token');
    }
  });

  test('the least size of the largest template is no more than its size', () => {
    for (const example of Object.values(EXAMPLES)) {
      const input = exampleBayFor(driver, { ...example, workers: 20 });
      const { template, files } = driver.render(input);
      const sizes = [
        JSON.stringify(template),
        ...Object.entries(files).flatMap(([name, text]) => (name.endsWith('.yaml') ? text : [])),
      ];
      expect(driver.leastTemplateBytes?.(input) ?? 0).toBeLessThanOrEqual(Math.max(...sizes.map((text) => text.length)));
    }
  });
}

function growthContract(driver: BayDriver): void {
  const rendered = (example: Example): StackSpec => driver.render(exampleBayFor(driver, example));

  // Workers are resources of the root, or of a nested stack of their group.
  const isInRoot = resourceNameOf(lastOf(exampleBayFor(driver, { workers: 3 }))) in resourcesOf(rendered({ workers: 3 }));

  test('a bay that grows by one worker has one resource more in the template that holds it, and all others as they were', () => {
    const [before, after] = [rendered({ workers: 3 }), rendered({ workers: 4 })];
    const changed = changedFiles(before, after);
    expect(changed).toHaveLength(isInRoot ? 0 : 1);
    const [few, more] = [before, after].map((stack) => holdersOf(stack, changed[0])) as [JsonObject, JsonObject]; // two in, two out
    expect(Object.keys(more).filter((name) => !(name in few))).toHaveLength(1);
    for (const [name, resource] of Object.entries(few)) expect(more[name], name).toEqual(resource);
    expect(changedResources(before, after)).toHaveLength(1);
  });

  test('a bay that grows by one worker in a shard changes the template of that shard, and nothing else', () => {
    const [before, after] = [rendered({ workers: 103, shardSize: 50 }), rendered({ workers: 104, shardSize: 50 })];
    expect(changedFiles(before, after)).toHaveLength(1);
    expect(changedResources(before, after)).toHaveLength(1);
  });

  test('a worker that leaves is the only difference between two renderings', () => {
    const input = exampleBayFor(driver, { workers: 3 });
    const leaving = resourceNameOf(lastOf(input));
    const [before, after] = [driver.render(input), rendered({ workers: 3, leaving: [leaving] })];
    const changed = changedFiles(before, after);
    expect(changed).toHaveLength(isInRoot ? 0 : 1);
    const { [leaving]: gone, ...rest } = holdersOf(before, changed[0]);
    expect(gone).toBeDefined();
    expect(holdersOf(after, changed[0])).toEqual(rest);
  });
}

/** Resources of a nested template, or of the root where none is named. */
function holdersOf(stack: StackSpec, file: string | undefined): JsonObject {
  if (file === undefined) return resourcesOf(stack);
  const { resources } = JSON.parse(stack.files[file] ?? '{}') as { readonly resources?: JsonObject }; // a template
  return resources ?? {};
}

function changedFiles(before: StackSpec, after: StackSpec): readonly string[] {
  return Object.keys(after.files).filter((name) => after.files[name] !== before.files[name]);
}

/** Names of the root's resources that differ. */
function changedResources(before: StackSpec, after: StackSpec): readonly string[] {
  const [old, now] = [resourcesOf(before), resourcesOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
}

function lastOf({ nodes }: RenderInput): Node {
  const last = nodes.at(-1);
  if (!last) throw new Error('the example has no nodes');
  return last;
}

function hostileContract(driver: BayDriver): void {
  test('hostile values arrive on a node byte for byte, as data', () => {
    const input = exampleBayFor(driver, EXAMPLES['hostile']);
    const { values, permissions, runcmd } = userDataOf(driver.render(input), lastOf(input));
    expect(permissions).toBe('0600');
    expect(JSON.parse(String(values['labels']))).toEqual(input.bay.desired.labels);
    expect(values['http_proxy']).toBe(input.model.httpProxy);
    expect(runcmd.at(-1)).toEqual(['/opt/magnum/node.sh']);
    expect(runcmd).toEqual(userDataOf(driver.render(exampleBayFor(driver)), lastOf(input)).runcmd);
  });

  test('hostile values change no name of a resource, no type and no script', () => {
    const [plain, hostile] = [driver.render(exampleBayFor(driver)), driver.render(exampleBayFor(driver, EXAMPLES['hostile']))];
    const types = (stack: StackSpec): JsonValue =>
      Object.entries(resourcesOf(stack)).map(([name, resource]) => [
        name,
        isJsonObject(resource) ? (resource['type'] ?? null) : null,
      ]);
    expect(types(hostile)).toEqual(types(plain));
    expect(scriptsIn(hostile)).toEqual(scriptsIn(plain));
  });

  test.each(Object.entries(HOSTILE))('a label called %s is data in the bay and in a node group', (name, value) => {
    const input = exampleBayFor(driver, { desired: { labels: { [name]: value } }, extraGroup: { labels: { [name]: value } } });
    const stack = driver.render(input);
    validate(stack);
    for (const node of [input.nodes[0] ?? lastOf(input), lastOf(input)])
      expect(JSON.parse(String(userDataOf(stack, node).values['labels']))).toEqual({ [name]: value });
  });
}

interface NodeData {
  readonly values: JsonObject;
  readonly permissions: string | undefined;
  readonly runcmd: readonly (readonly string[])[];
}

/** User data of a node as cloud-init reads it: the settings for its scripts, and the commands. */
function userDataOf(stack: StackSpec, node: Node): NodeData {
  const { write_files: files, runcmd } = JSON.parse(
    resolveUserData(stack, resourceNameOf(node)).replace('#cloud-config\n', ''),
  ) as {
    readonly write_files: readonly { readonly path: string; readonly content: string; readonly permissions: string }[];
    readonly runcmd: readonly (readonly string[])[];
  };
  const file = files.find(({ path }) => path === '/etc/magnum/node.json');
  return { values: JSON.parse(file?.content ?? '') as JsonObject, permissions: file?.permissions, runcmd };
}

/** Scripts of a node in a rendered stack, as they are on the node. */
function scriptsIn({ files }: StackSpec): NodeScripts {
  const scripts = scriptsOf(files);
  return {
    files: scripts,
    paths: Object.fromEntries(Object.keys(scripts).map((name) => [`/opt/magnum/${basename(name)}`, name])),
  };
}

function scriptContract(driver: BayDriver): void {
  const scripts = scriptsIn(driver.render(exampleBayFor(driver)));
  const shell = Object.keys(scripts.files).filter((name) => name.endsWith('.sh'));

  test('scripts are ASCII', () => {
    expect(Object.values(scripts.files).join('')).toMatch(/^[\x00-\x7f]+$/);
  });

  test('every step of node.sh is a script', () => {
    const steps = /^STEPS='(.*)'$/m.exec(scripts.files['scripts/lib.sh'] ?? '')?.[1]?.split(' ') ?? [];
    expect(steps.length).toBeGreaterThan(3);
    for (const step of steps) expect(shell).toContain(`scripts/${step}.sh`);
  });

  test('shellcheck finds nothing in the scripts', (context) => {
    // In a folder as it is on a node, where the library has the driver's part.
    const { opt: folder, remove } = nodeFolder(scripts);
    onTestFinished(remove);
    const result = spawnSync('shellcheck', ['-x', '-P', folder, ...shell.map((name) => basename(name))], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (result.error && !process.env['CI']) {
      console.warn('shellcheck is not installed, so the scripts were not checked');
      context.skip();
    }
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
  });
}
