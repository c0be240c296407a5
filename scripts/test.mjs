// `npm test`: finds or starts what the tests need, runs them all, prints the time of each stage and the totals, and stops what it started.
// Words after `--` go to vitest: `npm test -- test/api` runs some tests only.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOpenstack } from './host/openstack.mjs';
import { complaintsIn } from './host/openstack/processes.mjs';
import { prepareMachine } from './testing/prepare.mjs';
import { addReport, closingLines, noTotals } from './testing/report.mjs';

/** Suites that bring up fleets and containers: one at a time, or they measure each other's load. */
const HEAVY = [
  'test/e2e',
  'test/fleet',
  'test/chaos',
  'test/contracts',
  'test/wire/binaries.test.ts',
  'packages/core/src/coe/swarm/swarm.test.ts',
  'packages/core/src/embedded-cloud/docker-backend.test.ts',
];
/** Needs an OpenStack, which one start serves for all of them. */
const ON_OPENSTACK = 'test/openstack';
/**
 * Minutes of their own, or a machine of their own: `npm run compare` beside upstream's own Magnum, `npm run test:burst` with a hundred
 * bays at once and a bay of a hundred workers, `npm run test:upgrade`, which builds another release of Kubernetes first, and changes the number of control planes, `npm run test:conformance`, which builds Kubernetes' own tests, `npm run test:stalling`, which measures latencies and must share the processors with nothing.
 */
const APART = [
  'test/openstack/reference.test.ts',
  'test/openstack/burst.test.ts',
  'test/openstack/large-bay.test.ts',
  'test/fleet/stalling.test.ts',
  'test/e2e/kubernetes-upgrade.test.ts',
  'test/e2e/kubernetes-conformance.test.ts',
  'test/e2e/kubernetes-masters.test.ts',
];
const log = (line) => process.stdout.write(`${line}\n`);
const chosen = process.argv.slice(2);
const stages =
  chosen.length > 0
    ? [{ name: 'chosen tests', words: chosen, onOpenstack: chosen.some(isOfOpenstack) }]
    : [
        {
          name: 'light tests',
          words: [...HEAVY, ON_OPENSTACK].flatMap((path) => ['--exclude', path.endsWith('.ts') ? path : `${path}/**`]),
        },
        { name: 'fleets and containers', words: [...HEAVY, ...APART.flatMap((path) => ['--exclude', path]), '--maxWorkers=1'] },
        {
          name: 'OpenStack',
          words: [ON_OPENSTACK, ...APART.flatMap((path) => ['--exclude', path]), '--maxWorkers=1'],
          onOpenstack: true,
        },
      ];
const times = [];
let since = Date.now();
const engine = await prepareMachine({ log, openstack: stages.some(({ onOpenstack }) => onOpenstack) });
const env = {
  ...process.env,
  MAGNUM_TEST_DOCKER: engine.available ? 'yes' : 'no',
  ...(engine.available ? {} : { MAGNUM_TEST_NO_DOCKER_REASON: engine.reason }),
};
endStage('set-up');
const folder = mkdtempSync(join(tmpdir(), 'magnum-tests-'));
let totals = noTotals();
let code = 0;
/** The start of OpenStack is mostly waiting: it begins with the stage before the one that needs it. */
let starting;
for (const [index, { name, words, onOpenstack }] of stages.entries()) {
  const file = join(folder, `${index}.json`);
  if (stages[index + 1]?.onOpenstack) starting = openstack();
  const cloud = onOpenstack ? await (starting ?? openstack()) : undefined;
  const status = await vitest(words, file, cloud ? { MAGNUM_TEST_OPENSTACK: cloud.folder } : {});
  if (cloud && status !== 0) log(["What OpenStack's own logs complain of:", ...complaintsIn(cloud.folder)].join('\n'));
  code = status || code;
  await cloud?.stop();
  totals = addReport(totals, reportIn(file), name);
  endStage(name);
}
rmSync(folder, { recursive: true, force: true });
if (engine.available) await engine.stop();
log(`\n${closingLines(totals, times).join('\n')}`);
process.exit(code || (totals.failed + totals.filesFailedToRun.length > 0 ? 1 : 0));

function endStage(name) {
  times.push({ name, seconds: (Date.now() - since) / 1000 });
  since = Date.now();
}

/** Whether tests that need one were chosen by this word, not left out. */
function isOfOpenstack(word, index, words) {
  return word.startsWith(ON_OPENSTACK) && words[index - 1] !== '--exclude';
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

/** Undefined where the runner died before it wrote one. */
function reportIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
