/** `npm run chaos -- --seconds N --seed S [--openstack]`: one run; exit code 1 and the whole story where a promise was broken. */
import { parseArgs } from 'node:util';
import { openstackAt, startOpenstack } from '../../scripts/host/openstack.mjs';
import { startMariadb } from '../../scripts/host/mariadb.mjs';
import { startRabbitmq } from '../../scripts/host/rabbitmq.mjs';
import { Cloud } from '../openstack/cloud.js';
import { runChaos } from './chaos.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string' },
    openstack: { type: 'boolean', default: false },
  },
});
const log = (line: string): void => void process.stdout.write(`${line}\n`);
const [seconds, seed, clients] = [
  Number(values.seconds),
  Number(values.seed),
  Number(values.clients ?? (values.openstack ? 4 : 6)),
];
if (![seconds, seed, clients].every((value) => Number.isInteger(value) && value > 0)) {
  process.stderr.write('usage: npm run chaos -- [--seconds N] [--seed S] [--clients C] [--openstack]: whole numbers above 0\n');
  process.exit(2);
}
const known = process.env['MAGNUM_TEST_OPENSTACK'];
const started = values.openstack && !known ? await startOpenstack({ log }) : undefined;
const openstack = values.openstack && known ? openstackAt(known) : started;
const mariadb = await startMariadb({ log });
const rabbitmq = await startRabbitmq({ log });
try {
  const { faults, bays, writes, reads, requests, blows, swept, failedCalls } = await runChaos({
    mariadb,
    rabbitmq,
    log,
    seconds,
    seed,
    clients,
    ...(openstack ? { cloud: new Cloud(openstack) } : {}),
  });
  log(
    `chaos: seed ${seed}: ${bays} bays, ${requests} requests, ${writes} writes, ${reads} reads, ${blows} blows, ${failedCalls} calls to neighbours failed, ${swept} leftovers removed, ${faults.length} faults`,
  );
  for (const fault of faults) log(`  ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await rabbitmq.stop();
  await mariadb.stop();
  await started?.stop();
}
// Node 20 closes its open handles when a program has ended; it was seen to turn in that loop for ten minutes without an end.
process.exit();
