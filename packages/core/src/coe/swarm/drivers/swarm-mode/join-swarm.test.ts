import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { SWARM_SCRIPTS } from './scripts.js';

// The script as it runs on the first manager, before an engine that has a swarm and networks, in folders of its own.
const MTU = 1_400;
const MTU_OPTION = 'com.docker.network.driver.mtu';

interface Network {
  readonly Name: string;
  readonly Options?: Readonly<Record<string, string>>;
}

let node: NodeFolder;
let engine: Server;
let running: ChildProcess | undefined;
let isInSwarm: boolean;
let networks: Map<string, Network>;
let asked: string[];
/** Called after the engine has done what the request says, and before it answers. */
let afterwards: (request: string) => void;

beforeEach(async () => {
  node = nodeFolder(SWARM_SCRIPTS);
  const values = { first: true, private_address: '10.0.0.2', swarm_address_pool: '10.128.0.0/16' };
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify(values));
  writeFileSync(join(node.run, 'mtu'), String(MTU));
  [isInSwarm, networks, asked, afterwards] = [false, new Map(), [], () => undefined];
  engine = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => engine.listen(node.engine, done));
});
afterEach(async () => {
  running?.kill('SIGKILL');
  engine.closeAllConnections();
  await new Promise((done) => engine.close(done));
  node.remove();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += String(part);
  const what = `${request.method ?? ''} ${request.url ?? ''}`;
  asked.push(what);
  const [status, body] = done(what, text);
  afterwards(what);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** As the engine does: a new swarm has an ingress network of the usual size. */
function done(what: string, text: string): readonly [number, unknown] {
  const name = what.split('/').at(-1) ?? '';
  if (what === 'GET /info') return [200, { Swarm: { LocalNodeState: isInSwarm ? 'active' : 'inactive' } }];
  if (what === 'POST /swarm/init') {
    isInSwarm = true;
    networks.set('ingress', { Name: 'ingress', Options: { 'com.docker.network.driver.overlay.vxlanid_list': '4096' } });
    return [200, 'node'];
  }
  if (what === 'POST /networks/create') {
    const network = JSON.parse(text) as Network; // the script writes networks only
    if (networks.has(network.Name)) return [409, { message: 'already exists' }];
    networks.set(network.Name, network);
    return [201, { Id: network.Name }];
  }
  const network = networks.get(name);
  if (!network) return [404, { message: `network ${name} not found` }];
  if (what.startsWith('DELETE')) networks.delete(name);
  return [200, network];
}

/** How the script ended: its exit code, or the signal that ended it. */
async function run(): Promise<unknown> {
  running = spawn(join(node.opt, 'join-swarm.sh'), { stdio: 'ignore' });
  const [code, signal]: unknown[] = await once(running, 'exit');
  return code ?? signal;
}

const mtuOf = (name: string): string | undefined => networks.get(name)?.Options?.[MTU_OPTION];
const isPending = (): boolean => existsSync(join(node.etc, 'ingress-pending'));

test('the networks of a swarm fit the network of its nodes', async () => {
  expect(await run()).toBe(0);
  expect(mtuOf('docker_gwbridge')).toBe('1400');
  expect(mtuOf('ingress')).toBe('1350');
  expect(isPending()).toBe(false);
});

test.each(['POST /swarm/init', 'DELETE /networks/ingress', 'POST /networks/create'])(
  'a manager that dies right after %s has the networks when the script has run again',
  async (fatal) => {
    afterwards = (what) => {
      if (what === fatal && isInSwarm) running?.kill('SIGKILL');
    };
    expect(await run()).toBe('SIGKILL');
    afterwards = () => undefined;
    expect(await run()).toBe(0);
    expect(mtuOf('ingress')).toBe('1350');
    expect(isPending()).toBe(false);
    expect(asked.filter((what) => what === 'POST /swarm/init')).toHaveLength(1);
  },
);

test('a manager that is in its swarm for long keeps the networks that it has', async () => {
  isInSwarm = true;
  networks.set('ingress', { Name: 'ingress', Options: {} });
  expect(await run()).toBe(0);
  expect(asked).toEqual(['GET /info']);
});

test('networks stay as the engine makes them where packets have the usual size', async () => {
  writeFileSync(join(node.run, 'mtu'), '1500');
  expect(await run()).toBe(0);
  expect(mtuOf('ingress')).toBeUndefined();
  expect(networks.has('docker_gwbridge')).toBe(false);
});
