// `npm test`: finds or starts what the tests need, runs them all, and stops what it started.
import { spawn } from 'node:child_process';
import { ensureDocker } from './host/docker.mjs';
import { ensurePackages } from './host/packages.mjs';

const log = (line) => process.stdout.write(`${line}\n`);
// All at once and before any test: two test files that install at the same time would wait for each other's lock.
const WANTED = {
  shellcheck: 'shellcheck',
  openssl: 'openssl',
  python3: 'python3',
  openstack: 'python3-openstackclient',
  mariadbd: 'mariadb-server',
  'rabbitmq-server': 'rabbitmq-server',
};
const missing = await ensurePackages(WANTED, log, ['/usr/sbin', '/usr/lib/rabbitmq/bin']);
for (const line of missing) log(line);
const engine = await ensureDocker({ install: true, log });
log(engine.available ? `Docker Engine: ${engine.socket}` : `Docker Engine: none (${engine.reason})`);
const code = await new Promise((done) => {
  const env = {
    ...process.env,
    MAGNUM_TEST_DOCKER: engine.available ? 'yes' : 'no',
    ...(engine.available ? {} : { MAGNUM_TEST_NO_DOCKER_REASON: engine.reason }),
  };
  const runner = spawn('npx', ['vitest', 'run', ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
  runner.on('exit', (status) => done(status ?? 1));
});
if (engine.available) await engine.stop();
process.exit(code);
