// `npm run demo`: a bay of real nodes comes up, runs a container, grows and goes away, through the CLI: of Swarm, or with `--coe kubernetes`
// of Kubernetes, or with `--coe mesos` of Mesos.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { kubernetesStory, prepare as prepareKubernetes } from './demo-kubernetes.mjs';
import { mesosStory, prepare as prepareMesos } from './demo-mesos.mjs';
import { ensureDocker } from './host/docker.mjs';

/** Stories of engines whose nodes need an image of their own; Swarm's is below. */
const STORIES = {
  kubernetes: { prepare: prepareKubernetes, story: kubernetesStory, title: 'Kubernetes' },
  mesos: { prepare: prepareMesos, story: mesosStory, title: 'Mesos' },
};
const COES = ['swarm', ...Object.keys(STORIES)];
const { KEEP, SIMULATED, COE } = readOptions();
const MAGNUM = resolve(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'magnum.js');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const started = Date.now();
const say = (line) => process.stdout.write(`${colour ? styleText('bold', line) : line}\n`);

/** @type {import('./host/docker.mjs').EngineFound | import('./host/docker.mjs').EngineMissing} */
const engine = SIMULATED
  ? { available: false, reason: 'simulated servers were asked for' }
  : await ensureDocker({ install: true, log: say });
const dataDir = mkdtempSync(join(tmpdir(), 'magnum-demo-'));
let server;
let failed = false;
try {
  say(
    engine.available
      ? `Docker Engine: ${engine.socket}`
      : `No Docker Engine: ${engine.reason}. The servers of this demo are simulated: no node runs, so no container can.`,
  );
  const own = STORIES[COE];
  if (own && !engine.available)
    throw new Error(`a bay of ${own.title} needs a Docker Engine: ${SIMULATED ? 'leave --simulated out' : engine.reason}`);
  if (own) await own.prepare(say);
  else if (engine.available) await buildImages();
  const commandsStarted = Date.now();
  server = await startServer();
  const env = environment(join(dataDir, 'openrc-demo'));
  const magnum = (...args) => run(args, env);
  if (own) await own.story({ magnum, say, folder: dataDir, instance: instanceId(), keep: KEEP });
  else await story(magnum);
  say(`\nThe story took ${((Date.now() - commandsStarted) / 1000).toFixed(0)} s.`);
} catch (error) {
  failed = true;
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
} finally {
  await end();
}
process.exit(failed ? 1 : 0);

/** Options that are none end the demo with the list of them. */
function readOptions() {
  const usage = `usage: npm run demo -- [--coe ${COES.join('|')}] [--keep] [--simulated]`;
  try {
    const { values } = parseArgs({
      options: { keep: { type: 'boolean' }, simulated: { type: 'boolean' }, coe: { type: 'string', default: 'swarm' } },
    });
    if (!COES.includes(values.coe)) throw new Error(`--coe: it must be one of ${COES.join(', ')}, got ${values.coe}`);
    return { KEEP: values.keep === true, SIMULATED: values.simulated === true, COE: values.coe };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
    process.exit(2);
  }
}

function instanceId() {
  return JSON.parse(readFileSync(join(dataDir, 'instance.json'), 'utf8')).id;
}

async function story(magnum) {
  say('\n1. A bay model: what bays are made from.');
  await magnum(
    'baymodel',
    'create',
    'swarm',
    '--coe',
    'swarm',
    '--image',
    'debian-12',
    '--keypair',
    'default',
    '--external-network',
    'public',
    '--flavor',
    'm1.small',
  );
  say('\n2. A bay: one manager, two workers. The lines below are events of its stack.');
  await magnum('bay', 'create', 'hive', '--baymodel', 'swarm', '--node-count', '2', '--wait');
  await magnum('bay', 'show', 'hive', '-c', 'status', '-c', 'api_address', '-c', 'node_count', '-c', 'master_count');
  await magnum(
    'node',
    'list',
    '--bay',
    'hive',
    '-c',
    'name',
    '-c',
    'role',
    '-c',
    'status',
    '-c',
    'state',
    '-c',
    'private_address',
    '-c',
    'public_address',
  );
  if (engine.available) await containerStory(magnum);
  say('\n4. The bay grows to three workers.');
  await magnum('bay', 'update', 'hive', '--node-count', '3', '--wait');
  await magnum('node', 'list', '--bay', 'hive', '-c', 'name', '-c', 'role', '-c', 'status', '-c', 'state');
  if (engine.available) {
    say('The container is still there:');
    await magnum('container', 'show', 'hello', '-c', 'name', '-c', 'status', '-c', 'node');
  }
  if (KEEP) return;
  say('\n5. The bay goes away.');
  await magnum('bay', 'delete', 'hive', '--yes', '--wait');
  await magnum('bay', 'list');
}

async function containerStory(magnum) {
  say('\n3. A container. Its image comes from the local Docker Engine.');
  await magnum('dev', 'load-image', 'magnum-ts-hello:1', '--bay', 'hive');
  await magnum('container', 'create', 'hello', '--bay', 'hive', '--image', 'magnum-ts-hello:1');
  await magnum('container', 'start', 'hello');
  await waitForLog(magnum);
  await magnum('container', 'exec', 'hello', 'hostname');
}

/** The log is there as soon as the container has said something: at most a few seconds. */
async function waitForLog(magnum) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const output = await magnum('container', 'logs', 'hello');
    if (output.trim() !== '') return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error('the container printed nothing');
}

async function buildImages() {
  const { ensureHelloImage, localDockerClient } = await import('@magnum-ts/core');
  await ensureHelloImage(localDockerClient(), { onProgress: say }, AbortSignal.timeout(1_200_000));
}

function startServer() {
  const args = ['dev', '--port', '0', '--data', dataDir, ...(engine.available ? [] : ['--simulated'])];
  say(`\n$ magnum ${args.join(' ')}`);
  const child = spawn(process.execPath, [MAGNUM, ...args], { stdio: ['ignore', 'pipe', 'inherit'], detached: KEEP });
  return new Promise((done, reject) => {
    let seen = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      seen += chunk;
      if (seen.includes('openrc-demo')) done(child);
    });
    child.once('exit', (code) => reject(new Error(`magnum dev ended with code ${code}`)));
  });
}

function environment(openrc) {
  const lines = readFileSync(openrc, 'utf8').matchAll(/^export (\w+)=(.*)$/gm);
  return { ...process.env, ...Object.fromEntries([...lines].map(([, name, value]) => [name, value])) };
}

function run(args, env) {
  say(`\n$ magnum ${args.join(' ')}`);
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [MAGNUM, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.once('exit', (code) =>
      code === 0 ? done(output) : reject(new Error(`"magnum ${args.join(' ')}" ended with code ${code}`)),
    );
  });
}

async function end() {
  if (KEEP && server && !failed) {
    say(
      `\nLeft running: source ${join(dataDir, 'openrc-demo')} and go on with npx magnum. To stop: kill ${server.pid}; to remove all: npx magnum dev --reset --data ${dataDir}`,
    );
    server.unref();
    server.stdout.destroy();
    return;
  }
  await stopServer();
  if (engine.available) await proveNothingIsLeft();
  rmSync(dataDir, { recursive: true, force: true });
  if (engine.available) await engine.stop();
  say(
    `\n${failed ? 'Failed' : 'Done'} after ${((Date.now() - started) / 1000).toFixed(0)} s.${engine.available || failed ? '' : ' Simulated: servers, networks and volumes were records only; no container was run.'}`,
  );
}

async function stopServer() {
  if (!server || server.exitCode !== null) return;
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGINT');
  await gone;
}

async function proveNothingIsLeft() {
  const { localDockerClient } = await import('@magnum-ts/core');
  const docker = localDockerClient();
  const id = instanceId();
  const left = async () => {
    const filters = { label: [`org.magnum-ts.instance=${id}`] };
    const [containers, networks, volumes] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ]);
    return { containers: containers.length, networks: networks.length, volumes: volumes.length };
  };
  const count = await left();
  say(`\nLeft in Docker: ${count.containers} containers, ${count.networks} networks, ${count.volumes} volumes.`);
  if (count.containers + count.networks + count.volumes === 0) return;
  failed = true;
  const reset = spawn(process.execPath, [MAGNUM, 'dev', '--reset', '--port', '0', '--data', dataDir], { stdio: 'inherit' });
  setTimeout(() => reset.kill('SIGINT'), 15_000);
  await new Promise((done) => reset.once('exit', done));
}
