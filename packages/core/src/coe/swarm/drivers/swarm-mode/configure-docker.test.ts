import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { SWARM_SCRIPTS } from './scripts.js';

// The script as it runs on a node whose kernel says which interface leads out, and how large its packets may be.
const VALUES = {
  tls_disabled: false,
  bay_id: 'bay-1',
  node_group: 'default-worker',
  docker_storage_driver: 'overlay2',
  insecure_registry: '',
  http_proxy: '',
  https_proxy: '',
  no_proxy: '',
};
const OVERLAY = 'com.docker.network.driver.mtu';

let node: NodeFolder;
beforeEach(() => {
  node = nodeFolder(SWARM_SCRIPTS);
  node.program('systemctl', 'exit 0');
  node.program('dockerd', 'echo "Docker version 26.1.4, build de5c9cf"');
  interfaceOf('ens3', 1_442);
  route('ens3');
});
afterEach(() => node.remove());

function interfaceOf(name: string, mtu: number): void {
  mkdirSync(join(node.net, name), { recursive: true });
  writeFileSync(join(node.net, name, 'mtu'), `${mtu}\n`);
}

/** The kernel's table: a route to the own network, and the one to everywhere else where an interface is given. */
function route(name?: string): void {
  const lines = ['Iface\tDestination\tGateway\tFlags', 'docker0\t000011AC\t00000000\t0001'];
  writeFileSync(join(node.net, 'route'), [...lines, ...(name ? [`${name}\t00000000\t0100000A\t0003`] : [])].join('\n') + '\n');
}

interface Settings {
  readonly mtu?: number;
  readonly 'default-network-opts'?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly [name: string]: unknown;
}

function configure(values: object = {}): { readonly settings: Settings; readonly mtu: string } {
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify({ ...VALUES, ...values }));
  const result = spawnSync(join(node.opt, 'configure-docker.sh'), { encoding: 'utf8' });
  expect([result.stderr, result.status]).toEqual(['', 0]);
  const settings = JSON.parse(readFileSync(join(node.docker, 'daemon.json'), 'utf8')) as Settings; // the script writes it
  return { settings, mtu: readFileSync(join(node.run, 'mtu'), 'utf8') };
}

const sized = (size: number) => ({ bridge: { [OVERLAY]: String(size) }, overlay: { [OVERLAY]: String(size - 50) } });

describe('packets of containers', () => {
  test('are as large as those of the interface that leads out of the node, and 50 bytes smaller on overlays', () => {
    interfaceOf('docker0', 1_300);
    const { settings, mtu } = configure();
    expect(settings.mtu).toBe(1_442);
    expect(settings['default-network-opts']).toEqual(sized(1_442));
    expect(mtu).toBe('1442');
  });

  test.each([1_442, 1_500, 9_000])('are as large as the label network_mtu says, whatever the interface has: %i', (size) => {
    interfaceOf('ens3', size);
    const { settings, mtu } = configure({ network_mtu: '1350' });
    expect(settings.mtu).toBe(1_350);
    expect(settings['default-network-opts']).toEqual(sized(1_350));
    expect(mtu).toBe('1350');
  });

  test.each([1_500, 9_000])("are the engine's usual ones where the interface takes %i bytes", (size) => {
    interfaceOf('ens3', size);
    const { settings, mtu } = configure();
    expect(Object.keys(settings)).not.toContain('mtu');
    expect(Object.keys(settings)).not.toContain('default-network-opts');
    expect(mtu).toBe('1500');
  });

  test('are the usual ones where nothing leads out', () => {
    route();
    expect(configure().mtu).toBe('1500');
  });

  test('are set for the networks of an engine only where it knows that setting', () => {
    node.program('dockerd', 'echo "Docker version 20.10.24+dfsg1, build 297e128"');
    const { settings } = configure();
    expect(settings.mtu).toBe(1_442);
    expect(Object.keys(settings)).not.toContain('default-network-opts');
  });
});

test('settings of the image stay, except where the bay has its own', () => {
  writeFileSync(join(node.docker, 'daemon.json'), JSON.stringify({ debug: true, hosts: ['tcp://0.0.0.0:1'], mtu: 1_200 }));
  const { settings } = configure({ insecure_registry: 'registry.test:5000' });
  expect(settings).toMatchObject({
    debug: true,
    mtu: 1_442,
    labels: ['org.magnum.bay=bay-1', 'org.magnum.node-group=default-worker'],
    'storage-driver': 'overlay2',
    'insecure-registries': ['registry.test:5000'],
  });
  // With TLS nothing but the gateway is reached from outside.
  expect(settings['hosts']).toEqual(['fd://']);
});
