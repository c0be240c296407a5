// Makes what a release publishes, in a folder: a tarball of each package, a bill of materials (CycloneDX) of each, and checksums.
//
//   node scripts/release.mjs --repository https://git.example/owner/name [--out FOLDER] [--only packages/sdk] [--no-build] [--publish]
//
// Registries tie a package's provenance to the repository that its manifest names. Where a copy of this project is published from is known by
// who publishes it, so that address is an argument, and is written into the manifests here. `--publish` sends the tarballs to the
// registry with a statement of provenance, which npm makes in the CI systems that can vouch for it. Everything is made from a clean build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGES, packInto } from './host/packed.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    repository: { type: 'string' },
    out: { type: 'string', default: join(ROOT, '.cache', 'release') },
    only: { type: 'string', multiple: true },
    'no-build': { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
  },
});

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const { repository = '', publish } = values;
const out = resolve(values.out);
const wanted = values.only ?? PACKAGES;
const unknown = wanted.filter((path) => !PACKAGES.includes(path));
if (!/^https:\/\/[^/\s]+\/\S+$/.test(repository))
  fail('--repository is the https address of the repository that is published from');
if (unknown.length > 0) fail(`there is no package ${unknown.join(', ')}; known are ${PACKAGES.join(', ')}`);
if (publish) checkTree();

const run = (program, words, cwd = ROOT) =>
  execFileSync(program, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
if (!values['no-build']) {
  for (const path of PACKAGES) rmSync(join(ROOT, path, 'dist'), { recursive: true, force: true });
  run('npx', ['tsc', '-b']);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const stage = mkdtempSync(join(tmpdir(), 'magnum-release-'));
try {
  const packed = new Map(PACKAGES.map((path) => [path, finish(path)]));
  const made = wanted.map((path) => make(path, packed));
  writeFileSync(join(out, 'SHA256SUMS'), made.flat().map(sumOf).join(''));
  if (publish) for (const [tarball] of made) run('npm', ['publish', tarball, '--provenance', '--access', 'public'], out);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** What is published is what is committed, under a version that the changelog has. */
function checkTree() {
  if (execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }) !== '')
    fail('there are changes that are not committed');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'packages', 'sdk', 'package.json'), 'utf8'));
  if (!readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').includes(`\n## ${version}`))
    fail(`CHANGELOG.md has no heading "## ${version}"`);
}

/** The tarball of a package whose manifest names the repository. @param {string} path */
function finish(path) {
  const { folder, manifest } = packInto(path, join(stage, basename(path)));
  const named = {
    ...manifest,
    repository: { type: 'git', url: `git+${repository}.git`, directory: path },
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(named, null, 2)}\n`);
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', stage], folder));
  return { name: manifest.name, tarball: join(stage, filename), dependencies: Object.keys(manifest.dependencies ?? {}) };
}

/** Puts tarball and bill of materials into the folder, and returns their paths. */
function make(path, packed) {
  const { name, tarball } = packed.get(path);
  const target = join(out, basename(tarball));
  cpSync(tarball, target);
  const bill = target.replace(/\.tgz$/, '.cdx.json');
  writeFileSync(bill, billOf(name, [...packed.values()]));
  process.stdout.write(`${basename(target)}, ${basename(bill)}\n`);
  return [target, bill];
}

/** What an installation of the package would bring along. Those of our own packages that it needs are the ones made here. */
function billOf(name, packed) {
  const needed = new Map();
  const need = (wantedName) => {
    const found = packed.find((one) => one.name === wantedName);
    if (!found || needed.has(wantedName)) return;
    needed.set(wantedName, `file:${found.tarball}`);
    found.dependencies.forEach(need);
  };
  need(name);
  const project = mkdtempSync(join(stage, 'bill-'));
  const manifest = { name: 'bill', version: '0.0.0', private: true, dependencies: Object.fromEntries(needed) };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  run(
    'npm',
    ['install', '--package-lock-only', '--ignore-scripts', '--omit=dev', '--omit=peer', '--no-audit', '--no-fund'],
    project,
  );
  const bill = run(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'peer'],
    project,
  );
  // Where a tarball lay on this machine is of no use to a reader.
  return bill.replaceAll(`file:${stage}/`, '');
}

function sumOf(path) {
  return `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${basename(path)}\n`;
}
