// Everything that can be said about the code without running services: `npm run check`.
import { spawnSync } from 'node:child_process';

/** @type {[name: string, command: string, args: string[]][]} */
const STEPS = [
  ['generated files are current', 'npm', ['run', '--silent', 'generate', '--', '--check']],
  ['types', 'npx', ['tsc', '-b']],
  ['pages made of the code are current', 'node', ['scripts/generate-docs.mjs', '--check']],
  ['what the SDK exports is what was reviewed', 'node', ['scripts/sdk-surface.mjs', '--check']],
  ['types of tests', 'npx', ['tsc', '-p', 'tsconfig.eslint.json']],
  ['types of scripts', 'npx', ['tsc', '-p', 'tsconfig.scripts.json']],
  ['lint', 'npx', ['eslint', '.']],
  [
    'import zones and cycles',
    'npx',
    ['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'openapi/src', '--exclude', '(^|/)(dist|node_modules)/'],
  ],
  ['citations and links between pages resolve', 'node', ['scripts/check-citations.mjs']],
  ['the architecture page names what exists', 'node', ['scripts/check-architecture.mjs']],
  ['format', 'npx', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['packages resolve from their tarballs', 'node', ['scripts/check-packages.mjs']],
];

let failed = 0;
for (const [name, command, args] of STEPS) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  failed += status === 0 ? 0 : 1;
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}
process.exit(failed === 0 ? 0 : 1);
