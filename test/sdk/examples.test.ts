import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';

/** What the SDK says of itself: each method has a summary, the errors it throws, and an example that compiles. So do the pages. */
const root = new URL('../..', import.meta.url).pathname;
const ENTRIES = ['index', 'minimal', 'node/index', 'testing/index'].map((name) => join(root, 'packages/sdk/src', `${name}.ts`));
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  baseUrl: root,
  paths: {
    '@magnum-ts/core': ['packages/core/dist/index.d.ts'],
    '@magnum-ts/sdk': ['packages/sdk/src/index.ts'],
    '@magnum-ts/sdk/minimal': ['packages/sdk/src/minimal.ts'],
    '@magnum-ts/sdk/node': ['packages/sdk/src/node/index.ts'],
    '@magnum-ts/sdk/testing': ['packages/sdk/src/testing/index.ts'],
  },
};
/** Interfaces that callers implement, or that only carry options: their members are no calls. */
const NOT_CALLED = new Set([
  'Auth',
  'CallState',
  'Logger',
  'Runtime',
  'StandardInterceptors',
  'RetryOptions',
  'Magnum',
  'TestMagnum',
]);

interface Method {
  readonly name: string;
  readonly summary: string;
  readonly throws: readonly string[];
  readonly examples: readonly string[];
}

function methodsOf(program: ts.Program): readonly Method[] {
  const checker = program.getTypeChecker();
  const found = new Map<ts.Declaration, string>();
  for (const entry of ENTRIES) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry) ?? fail(`${entry} was not read`));
    for (const symbol of checker.getExportsOfModule(module ?? fail(`${entry} exports nothing`))) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      for (const declaration of target.declarations ?? []) {
        if (ts.isFunctionDeclaration(declaration)) found.set(declaration, target.name);
        if (ts.isInterfaceDeclaration(declaration) && (!NOT_CALLED.has(target.name) || target.name.endsWith('Magnum')))
          for (const member of declaration.members)
            if (ts.isMethodSignature(member)) found.set(member, `${target.name}.${member.name.getText()}`);
      }
    }
  }
  // Those of every collection, which the interfaces of resources extend.
  const shared = program.getSourceFile(join(root, 'packages/sdk/src/collection.ts'));
  shared?.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node))
      for (const member of node.members)
        if (ts.isMethodSignature(member)) found.set(member, `Collection.${member.name.getText()}`);
  });
  return [...found].map(([declaration, name]) => describeMethod(declaration, name));
}

function fail(message: string): never {
  throw new Error(message);
}

function describeMethod(declaration: ts.Declaration, name: string): Method {
  const tags = ts.getJSDocTags(declaration);
  const textsOf = (wanted: string): string[] =>
    tags
      .filter(({ tagName }) => tagName.text === wanted)
      .map((tag) =>
        tag
          .getText()
          .replace(/^@\w+\s*/, '')
          .replace(/^\s*\* ?/gm, '')
          .trim(),
      );
  const [doc] = ts.getJSDocCommentsAndTags(declaration);
  const summary = doc && ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? '') : '';
  return { name, summary, throws: textsOf('throws'), examples: textsOf('example') };
}

/** Names that examples use without saying where they come from. */
const GIVEN = `
import * as sdk from '@magnum-ts/sdk';
import * as sdkNode from '@magnum-ts/sdk/node';
import * as sdkMinimal from '@magnum-ts/sdk/minimal';
import * as sdkTesting from '@magnum-ts/sdk/testing';
declare global {
  const magnum: sdk.Magnum;
  const connection: sdk.Connection;
  const test: sdkTesting.TestMagnum;
  const token: string, password: string, authUrl: string, username: string, projectName: string, projectId: string, manifest: string, csr: string;
  const traceparent: () => string, current: () => string;
${['sdk', 'sdkNode', 'sdkMinimal', 'sdkTesting'].map((name) => `  const ${name}_: typeof ${name};`).join('\n')}
}
export {};
`;

/** The compiler's words about programs, by their names. */
function complaintsAbout(programs: ReadonlyMap<string, string>): readonly string[] {
  const folder = join(root, 'packages/sdk/examples');
  const files = new Map([...programs].map(([name, text]) => [join(folder, `${name}.ts`), text]));
  files.set(join(folder, 'given.ts'), GIVEN);
  const host = ts.createCompilerHost(OPTIONS);
  const read = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.fileExists = (path) => files.has(path) || exists(path);
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    return text === undefined ? read(path, ...rest) : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  return [...files.keys()].flatMap((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(
        ({ messageText }) =>
          `${path.slice(folder.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}\n${files.get(path)}`,
      ),
  );
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  '@magnum-ts/sdk': [],
  '@magnum-ts/sdk/minimal': ['connectMinimal'],
  '@magnum-ts/sdk/node': ['createFetch', 'fetchFromEnv', 'fromClouds', 'fromNodeEnv', 'readCloudVariables'],
  '@magnum-ts/sdk/testing': ['createTestMagnum'],
};

/** An example as a module: with the imports that its names need, in a function so that it may await. */
function moduleOf(example: string): string {
  const isUsed = (name: string): boolean =>
    new RegExp(`(?<![\\w'/]|[\\w)]\\.)${name}\\b`).test(example) && !new RegExp(`const ${name}\\b`).test(example);
  const other = Object.entries(NAMES).flatMap(([entry, names]) => {
    const used = names.filter(isUsed);
    return used.length > 0 ? [`import { ${used.join(', ')} } from '${entry}';`] : [];
  });
  const core = CORE.filter((name) => isUsed(name));
  const type = example.includes(': Interceptor') ? ["import type { Interceptor } from '@magnum-ts/sdk';"] : [];
  const body = example.replace(/^import .*$/gm, '');
  const imports = [...example.matchAll(/^import .*$/gm)].map(([line]) => line);
  const own = core.filter((name) => !imports.some((line) => line.includes(name)));
  const kept = other.filter((line) => !imports.some((given) => given.includes(/from '(.*)'/.exec(line)?.[1] ?? '-')));
  return [
    ...imports,
    ...kept,
    ...type.filter(() => imports.length === 0),
    own.length > 0 ? `import { ${own.join(', ')} } from '@magnum-ts/sdk';` : '',
    `export async function example(): Promise<void> {\n${body}\n}`,
  ].join('\n');
}
const CORE = readFileSync(join(root, 'packages/sdk/surface/index.txt'), 'utf8')
  .split('\n')
  .flatMap((line) => /^function (\w+)/.exec(line)?.[1] ?? []);

describe('the methods of the SDK', () => {
  let methods: readonly Method[] = [];
  beforeAll(() => {
    methods = methodsOf(ts.createProgram(ENTRIES, OPTIONS));
  }, 120_000);

  test('are all found', () => {
    expect(methods.length).toBeGreaterThan(85);
    expect(methods.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'createMagnum',
        'Collection.get',
        'Containers.logs',
        'TestMagnum.stop',
        'Magnum.raw',
        'fromClouds',
      ]),
    );
  });

  test('each have a summary, the errors they throw, and an example', () => {
    expect(methods.filter(({ summary }) => summary.length < 10).map(({ name }) => name)).toEqual([]);
    expect(
      methods
        .filter(({ throws }) => throws.length === 0 || throws.some((text) => !/^\{\w+Error\} ./.test(text)))
        .map(({ name }) => name),
    ).toEqual([]);
    expect(methods.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  test('have examples that compile', () => {
    const examples = new Map(
      methods.flatMap(({ name, examples: texts }) =>
        texts.map((text, index) => [`${name.replace('.', '-')}-${index}`, moduleOf(text)] as const),
      ),
    );
    expect(complaintsAbout(examples)).toEqual([]);
  }, 120_000);

  test('have pages whose recipes compile', () => {
    const [, section = ''] = readFileSync(join(root, 'docs/sdk.md'), 'utf8').split('\n## Recipes\n');
    const programs = new Map(
      [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, text = ''], index) => [`recipe-${index}`, text]),
    );
    expect(programs.size).toBeGreaterThanOrEqual(10);
    expect(complaintsAbout(programs)).toEqual([]);
  }, 120_000);

  test('of which a wrong one would be found', () => {
    expect(complaintsAbout(new Map([['wrong', moduleOf("await magnum.bays.update('web', { nod_count: 1 });")]]))).toHaveLength(1);
  }, 120_000);
});
