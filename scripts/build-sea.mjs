// `npm run build:sea`: the command line as one executable file that needs neither Node nor npm.
//
//   node scripts/build-sea.mjs [--out FOLDER]
//
// The program is bundled, made a blob by Node, and written into a copy of the Node that runs this script, so the file is for the same system and
// processor. Beside it are the licences of what is in it. The server is not: `magnum dev` says what to install.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { inject } from 'postject';

const ROOT = resolve(import.meta.dirname, '..');
const CLI = join(ROOT, 'packages', 'cli');
/** What Node looks for in its own file to know that a program was added. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Files that look beside themselves, where the executable file has nothing: what they find there is put in their place. */
const REPLACEMENTS = {
  // The package's own version.
  'cli/dist/version.js': () => `export const readVersion = () => ${JSON.stringify(versionOfCli())};`,
  // Generated schemas, which a plain `require` brings into the bundle.
  'openapi/dist/schemas.js': (text) => {
    const found = text.replaceAll('createRequire(import.meta.url)(', 'require(');
    if (found === text)
      throw new Error('openapi/src/schemas.ts reads its files in another way; change REPLACEMENTS in scripts/build-sea.mjs');
    return found;
  },
};

/** Builds the executable file, and returns its path. @param {string} out the folder, which is made where it is missing */
export async function buildExecutable(out) {
  const work = mkdtempSync(join(tmpdir(), 'magnum-sea-'));
  try {
    mkdirSync(out, { recursive: true });
    const licences = await bundle(join(work, 'magnum.cjs'));
    const blob = makeBlob(work);
    const target = join(out, process.platform === 'win32' ? 'magnum.exe' : 'magnum');
    // A program that runs cannot be written over; it can be replaced.
    rmSync(target, { force: true });
    copyFileSync(process.execPath, target);
    chmodSync(target, 0o755);
    await addBlob(target, blob);
    writeFileSync(join(out, 'magnum.LICENSES.txt'), licences);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Writes the program as one file of CommonJS, the only form that Node takes, and returns the licences of the packages in it. @param {string} file */
async function bundle(file) {
  const { metafile } = await build({
    stdin: { contents: "import { run } from './dist/main.js'; void run();", resolveDir: CLI },
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning',
    // Modules are all in the file; Node's own `import()` would look for them on the disk.
    supported: { 'dynamic-import': false },
    plugins: [{ name: 'one-file', setup: setUpReplacements }],
  });
  return licencesOf(Object.keys(metafile.inputs));
}

/** @param {import('esbuild').PluginBuild} builder */
function setUpReplacements(builder) {
  builder.onLoad({ filter: /\.js$/ }, ({ path }) => {
    const [, replace] = Object.entries(REPLACEMENTS).find(([end]) => path.endsWith(`/${end}`)) ?? [];
    return replace && { contents: replace(readFileSync(path, 'utf8')), loader: 'js', resolveDir: dirname(path) };
  });
  // The command's own words for a server that is not installed are right here, too.
  builder.onResolve({ filter: /^@magnum-ts\/server$/ }, ({ path }) => ({ path, namespace: 'missing' }));
  builder.onLoad({ filter: /.*/, namespace: 'missing' }, ({ path }) => ({
    contents: `throw Object.assign(new Error("Cannot find package '${path}'"), { code: 'ERR_MODULE_NOT_FOUND' });`,
  }));
}

/** @param {string} work */
function makeBlob(work) {
  const [config, blob] = [join(work, 'sea.json'), join(work, 'magnum.blob')];
  writeFileSync(
    config,
    JSON.stringify({ main: join(work, 'magnum.cjs'), output: blob, disableExperimentalSEAWarning: true, useCodeCache: true }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(blob);
}

/** @param {string} target @param {Buffer} blob */
async function addBlob(target, blob) {
  if (!readFileSync(target).includes(FUSE))
    throw new Error(
      `${process.execPath} cannot hold a program (it is linked to a library of its own); use a Node of https://nodejs.org`,
    );
  await inject(target, 'NODE_SEA_BLOB', blob, {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' && { machoSegmentName: 'NODE_SEA' }),
  });
  // macOS starts signed programs only, and the blob has broken the signature.
  if (process.platform === 'darwin') execFileSync('codesign', ['--sign', '-', '--force', target]);
}

/** The licences of the packages that the files belong to, and of Node. @param {readonly string[]} files */
function licencesOf(files) {
  const folders = new Set(files.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(resolve(file))?.[1] ?? CLI));
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((file) => join(folder, file)).find(existsSync);
    return `${name} ${version} (${license})\n\n${text === undefined ? '' : readFileSync(text, 'utf8')}`;
  });
  const node = join(dirname(dirname(process.execPath)), 'LICENSE');
  const address = `https://github.com/nodejs/node/blob/${process.version}/LICENSE`;
  return [...texts, `Node.js ${process.version}\n\n${existsSync(node) ? readFileSync(node, 'utf8') : `${address}\n`}`].join(
    `\n${'='.repeat(80)}\n`,
  );
}

function versionOfCli() {
  return JSON.parse(readFileSync(join(CLI, 'package.json'), 'utf8')).version;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, '.cache', 'sea') } } });
  const target = await buildExecutable(resolve(values.out));
  process.stdout.write(`${target}: ${(statSync(target).size / 1e6).toFixed(0)} MB\n`);
}
