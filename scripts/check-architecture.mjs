// docs/architecture.md names folders and files; once they move, it misleads exactly the reader who trusts it. This compares the list
// of folders in its section on packages with the source folders that exist, and looks up every path that stands in backticks.
// `node scripts/check-architecture.mjs [folder]`; without a folder, the repository itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = process.argv[2] ?? join(import.meta.dirname, '..');
const PAGE = 'docs/architecture.md';
/** Data of tests, generated code and scripts that a folder's own files describe. */
const DATA_FOLDERS = new Set(['golden', 'fixtures', 'generated', 'migrations', 'scripts', 'bin']);
const PACKAGES = ['core', 'server', 'sdk', 'cli'];
/** Paths on the page are given from one of these. */
const BASES = ['.', ...PACKAGES.map((name) => `packages/${name}/src`)];
const LISTED = /^(packages\/\S+\/)\s{2,}\S/;
const PATH_IN_CODE = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|sh|py|yaml|md|js|cjs))`/g;

/** @param {string} folder */
function* foldersBelow(folder) {
  yield `${folder}/`;
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true }))
    if (entry.isDirectory() && !DATA_FOLDERS.has(entry.name)) yield* foldersBelow(`${folder}/${entry.name}`);
}

/** A folder that has been emptied stays on a disk where it once was, and in no clone.
 * @param {string} folder */
function hasFiles(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }).some((entry) => entry.isFile());
}

const text = readFileSync(join(ROOT, PAGE), 'utf8');
const lines = text.split('\n');
const listed = new Set(lines.flatMap((line) => LISTED.exec(line)?.[1] ?? []));
const existing = new Set(PACKAGES.flatMap((name) => [...foldersBelow(`packages/${name}/src`)]).filter(hasFiles));
const problems = [
  ...[...existing].filter((folder) => !listed.has(folder)).map((folder) => `${folder} is not listed: say what it holds`),
  ...[...listed].filter((folder) => !existing.has(folder)).map((folder) => `${folder} is listed and does not exist`),
  ...lines.flatMap((line, index) =>
    [...line.matchAll(PATH_IN_CODE)]
      .filter(([, path]) => !BASES.some((base) => existsSync(join(ROOT, base, path ?? ''))))
      .map(([, path]) => `line ${index + 1}: there is no file ${path}`),
  ),
];
for (const problem of problems) process.stderr.write(`${PAGE}: ${problem}\n`);
process.stdout.write(`${existing.size} source folders, ${problems.length} differences from ${PAGE}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
