// `packages/sdk/surface/*.txt`: what each entry of the SDK exports, with its types and without comments, in order of the names. A change of it is
// a change for every program that uses the SDK, and is reviewed as one. `--check` says which files are not current, and ends with 1. Needs the build.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const SDK = join(import.meta.dirname, '..', 'packages', 'sdk');
const ENTRIES = { index: 'index', minimal: 'minimal', node: 'node/index', testing: 'testing/index' };

const program = ts.createProgram(
  Object.values(ENTRIES).map((entry) => join(SDK, 'dist', `${entry}.d.ts`)),
  {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    types: [],
  },
);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

/** @param {string} entry */
function surfaceOf(entry) {
  const file = program.getSourceFile(join(SDK, 'dist', `${entry}.d.ts`));
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`packages/sdk/dist/${entry}.d.ts exports nothing; build first`);
  return checker
    .getExportsOfModule(module)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((symbol) => declarationsOf(symbol).join('\n'))
    .join('\n');
}

/** @param {ts.Symbol} symbol */
function declarationsOf(symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.declarations ?? []).map((declaration) => {
    // A variable's statement has its `const`.
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
    return text.replace(/^export (declare )?/, '').replace(/^declare /, '');
  });
}

let stale = 0;
for (const [name, entry] of Object.entries(ENTRIES)) {
  const path = join(SDK, 'surface', `${name}.txt`);
  const text = `${surfaceOf(entry)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale += 1;
  const shown = relative(process.cwd(), path);
  if (process.argv.includes('--check')) {
    process.stderr.write(`${shown} differs from what the SDK exports; run: npm run generate:docs, and review the difference\n`);
    continue;
  }
  mkdirSync(join(SDK, 'surface'), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`wrote ${shown}\n`);
}
if (process.argv.includes('--check') && stale > 0) process.exitCode = 1;
