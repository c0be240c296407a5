// `npm test`: finds or starts what the tests need, runs them all, prints the totals, and stops what it started.
// Words after `--` go to vitest: `npm test -- test/api` runs some tests only.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDocker } from './host/docker.mjs';
import { goProgram } from './host/go.mjs';
import { startOpenstack } from './host/openstack.mjs';
import { complaintsIn } from './host/openstack/processes.mjs';
import { ensurePackages } from './host/packages.mjs';

/** Suites that bring up fleets and containers: one at a time, or they measure each other's load. */
const HEAVY = [
  'test/e2e',
  'test/fleet',
  'test/contracts',
  'test/wire/binaries.test.ts',
  'packages/core/src/coe/swarm/swarm.test.ts',
  'packages/core/src/adapters/embedded/docker-backend.test.ts',
];
/** Needs an OpenStack, which one start serves for all of them. */
const ON_OPENSTACK = 'test/openstack';
/** Minutes beside upstream's own Magnum: `npm run compare`. */
const APART = 'test/openstack/reference.test.ts';
// All at once and before any test: two test files that install at the same time would wait for each other's lock.
const WANTED = {
  shellcheck: 'shellcheck',
  openssl: 'openssl',
  python3: 'python3',
  openstack: 'python3-openstackclient',
  // Our own command has that name too, and stands first in npm's PATH.
  '/usr/bin/magnum': 'python3-magnumclient',
  mariadbd: 'mariadb-server',
  'rabbitmq-server': 'rabbitmq-server',
};

const log = (line) => process.stdout.write(`${line}\n`);
for (const line of await ensurePackages(WANTED, log, ['/usr/sbin', '/usr/lib/rabbitmq/bin'])) log(line);
const noGo = whyNoGo();
if (noGo) log(noGo);
const engine = await ensureDocker({ install: true, log });
log(engine.available ? `Docker Engine: ${engine.socket}` : `Docker Engine: none (${engine.reason})`);
// The node image takes minutes the first time: no test's time limit should have to cover that.
if (engine.available) await buildImages();
const env = {
  ...process.env,
  MAGNUM_TEST_DOCKER: engine.available ? 'yes' : 'no',
  ...(engine.available ? {} : { MAGNUM_TEST_NO_DOCKER_REASON: engine.reason }),
};
const folder = mkdtempSync(join(tmpdir(), 'magnum-tests-'));
const chosen = process.argv.slice(2);
const stages =
  chosen.length > 0
    ? [{ words: chosen, onOpenstack: chosen.some(isOfOpenstack) }]
    : [
        { words: [...HEAVY, ON_OPENSTACK].flatMap((path) => ['--exclude', path.endsWith('.ts') ? path : `${path}/**`]) },
        { words: [...HEAVY, '--maxWorkers=1'] },
        { words: [ON_OPENSTACK, '--exclude', APART, '--maxWorkers=1'], onOpenstack: true },
      ];
const totals = { passed: 0, failed: 0, skipped: 0 };
let code = 0;
/** Its start is mostly waiting: it begins with the stage before the one that needs it. */
let coming;
for (const [index, { words, onOpenstack }] of stages.entries()) {
  const file = join(folder, `${index}.json`);
  if (stages[index + 1]?.onOpenstack) coming = openstack();
  const cloud = onOpenstack ? await (coming ?? openstack()) : undefined;
  const status = await vitest(words, file, cloud ? { MAGNUM_TEST_OPENSTACK: cloud.folder } : {});
  if (cloud && status !== 0) log(["What OpenStack's own logs complain of:", ...complaintsIn(cloud.folder)].join('\n'));
  code = status || code;
  await cloud?.stop();
  add(file);
}
rmSync(folder, { recursive: true, force: true });
if (engine.available) await engine.stop();
log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(code);

/** Whether tests that need one were chosen by this word, not left out. */
function isOfOpenstack(word, index, words) {
  return word.startsWith(ON_OPENSTACK) && words[index - 1] !== '--exclude';
}

async function buildImages() {
  const { ensureHelloImage } = await import('@magnum-ts/core');
  const { default: Docker } = await import('dockerode');
  await ensureHelloImage(new Docker(), { onProgress: log }, AbortSignal.timeout(1_800_000));
}

/** Undefined where there is one already, or none can be had: the suites then say why. */
async function openstack() {
  if (process.env.MAGNUM_TEST_OPENSTACK) return undefined;
  try {
    return await startOpenstack({ log });
  } catch (error) {
    log(`OpenStack: none (${error instanceof Error ? error.message : String(error)})`);
    return undefined;
  }
}

function whyNoGo() {
  try {
    goProgram();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

function vitest(words, file, more) {
  return new Promise((done) => {
    const runner = spawn(
      'npx',
      ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...words],
      { stdio: 'inherit', env: { ...env, ...more } },
    );
    const pass = (signal) => runner.kill(signal);
    process.once('SIGINT', pass).once('SIGTERM', pass);
    runner.on('exit', (status) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      done(status ?? 1);
    });
  });
}

/** A runner that died has written nothing: its exit code tells. */
function add(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
  } catch {
    totals.failed += 1;
  }
}
