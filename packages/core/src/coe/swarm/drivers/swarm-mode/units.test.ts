import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { SWARM_SCRIPTS } from './scripts.js';

// The units that a node's scripts write, and what they do when they are started. Two programs stand in for those of a node: systemctl runs
// the command of the unit that it starts, and iptables keeps its rules in a file.
let node: NodeFolder;
beforeEach(() => {
  node = nodeFolder(SWARM_SCRIPTS);
  writeFileSync(join(node.etc, 'node.json'), JSON.stringify({ tls_disabled: false }));
  writeFileSync(rulesFile(), '');
  node.program('systemctl', SYSTEMCTL.replaceAll('UNITS', node.units).replaceAll('CALLS', join(node.run, 'calls')));
  node.program('iptables', `exec python3 '${join(node.bin, 'iptables.py')}' '${rulesFile()}' "$@"`);
  writeFileSync(join(node.bin, 'iptables.py'), IPTABLES);
});
afterEach(() => node.remove());

const rulesFile = (): string => join(node.run, 'rules.json');

const SYSTEMCTL = `echo "$*" >>'CALLS'
[ "$1" = restart ] || exit 0
eval "$(sed -n 's/^ExecStart=\\(.*metadata.*\\)/\\1/p' "UNITS/$2")"`;

/** As iptables: rules of each chain in order; --check finds one that is there, --insert puts one first. */
const IPTABLES = `import json, sys
path, words = sys.argv[1], [word for word in sys.argv[2:] if word != "--wait"]
text = open(path).read()
chains = json.loads(text) if text else {"FORWARD": [], "OUTPUT": []}
command, chain, rule = words[0], words[1], words[2:]
if command == "--new-chain":
    if chain in chains: sys.exit("Chain already exists.")
    chains[chain] = []
elif command == "--check":
    sys.exit(0 if rule in chains.get(chain, []) else 1)
elif command == "--insert":
    chains[chain].insert(0, rule)
else:
    sys.exit("unknown command " + command)
json.dump(chains, open(path, "w"))
`;

type Chains = Readonly<Record<string, readonly (readonly string[])[]>>;

const chains = (): Chains => JSON.parse(readFileSync(rulesFile(), 'utf8')) as Chains; // the program above writes it
const calls = (): readonly string[] => readFileSync(join(node.run, 'calls'), 'utf8').trim().split('\n');

interface Packet {
  readonly to: string;
  /** Interface that it came in by; none of the node's own programs. */
  readonly from?: string;
  readonly user?: number;
}

/** What becomes of a packet in a chain: the target of the first rule that fits and ends its way. */
function verdict(of: Chains, chain: string, packet: Packet): string {
  for (const rule of of[chain] ?? []) {
    const target = rule[rule.indexOf('--jump') + 1] ?? '';
    if (!fits(rule, packet)) continue;
    const inner = Object.hasOwn(of, target) ? verdict(of, target, packet) : target;
    if (inner === 'RETURN' && Object.hasOwn(of, target)) continue;
    if (inner !== '') return inner;
  }
  return chain === 'FORWARD' || chain === 'OUTPUT' ? 'ACCEPT' : 'RETURN';
}

/** Errors: where the rule has a word that is not understood here. */
function fits(rule: readonly string[], { to, from, user }: Packet): boolean {
  const text = rule.join(' ').replace(/ ?--jump \S+$/, '');
  if (text === '') return true;
  if (text === '--destination 169.254.169.254/32') return to === '169.254.169.254';
  if (text === '--destination 169.254.169.254/32 --match owner ! --uid-owner 0') return to === '169.254.169.254' && user !== 0;
  const [, name] = /^--in-interface (\S+)$/.exec(text) ?? [];
  if (name !== undefined) return from === name;
  throw new Error(`this rule is not understood: ${text}`);
}

function run(script: string): void {
  const result = spawnSync(join(node.opt, script), { encoding: 'utf8' });
  expect([result.stderr, result.status]).toEqual(['', 0]);
}

/** The sections of a unit, each line under its key; a key that stands there without a value has an empty one. */
function unit(name: string): Readonly<Record<string, string>> {
  const lines = readFileSync(join(node.units, name), 'utf8').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => (/^[A-Z]\w+=/.test(line) ? [line.split(/=(.*)/s).slice(0, 2)] : [])),
  ) as Record<string, string>;
}

const METADATA = '169.254.169.254';
const CONTAINERS = ['docker0', 'docker_gwbridge'];

function expectClosed(): void {
  for (const from of CONTAINERS) {
    expect(verdict(chains(), 'FORWARD', { to: METADATA, from }), from).toBe('DROP');
    expect(verdict(chains(), 'FORWARD', { to: '192.0.2.7', from }), from).toBe('ACCEPT');
  }
  expect(verdict(chains(), 'OUTPUT', { to: METADATA, user: 1_000 })).toBe('REJECT');
  expect(verdict(chains(), 'OUTPUT', { to: '192.0.2.7', user: 1_000 })).toBe('ACCEPT');
  expect(verdict(chains(), 'OUTPUT', { to: METADATA, user: 0 })).toBe('ACCEPT');
}

describe('the metadata service', () => {
  test('is reached by root alone: by no container on a bridge or an overlay, and by no other user', () => {
    run('close-metadata.sh');
    expectClosed();
  });

  test('is closed before anything that the engine accepts', () => {
    const engine = { FORWARD: CONTAINERS.map((name) => ['--in-interface', name, '--jump', 'ACCEPT']), OUTPUT: [] };
    writeFileSync(rulesFile(), JSON.stringify({ ...engine, 'DOCKER-USER': [['--jump', 'RETURN']] }));
    expect(verdict(chains(), 'FORWARD', { to: METADATA, from: 'docker0' })).toBe('ACCEPT');
    run('close-metadata.sh');
    expectClosed();
  });

  test('stays closed with the same rules when it is closed again, and is closed anew when the engine has started over', () => {
    run('close-metadata.sh');
    const before = chains();
    run('close-metadata.sh');
    expect(chains()).toEqual(before);
    expect(calls()).toEqual(expect.arrayContaining(['enable --quiet magnum-metadata.service']));
    // systemd starts it again with the engine, and after it: the engine may have removed all rules.
    expect(unit('magnum-metadata.service')).toMatchObject({
      After: 'docker.service',
      PartOf: 'docker.service',
      WantedBy: expect.stringMatching(/\bdocker\.service\b/),
      Type: 'oneshot',
      RemainAfterExit: 'yes',
    });
    writeFileSync(rulesFile(), '');
    spawnSync(unit('magnum-metadata.service')['ExecStart'] ?? '', {
      env: { ...process.env, PATH: `${node.bin}:${process.env['PATH'] ?? ''}` },
    });
    expectClosed();
  });
});

describe('the gateway', () => {
  let listener: Server;
  beforeEach(async () => {
    listener = createServer((socket) => socket.end());
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
    const { port } = listener.address() as AddressInfo; // of a TCP server
    const script = join(node.opt, 'start-gateway.sh');
    writeFileSync(script, readFileSync(script, 'utf8').replaceAll('2375', String(port)));
  });
  afterEach(() => new Promise((done) => listener.close(done)));

  const start = async (): Promise<unknown> => {
    const child = spawn(join(node.opt, 'start-gateway.sh'), { stdio: 'ignore' });
    return (await once(child, 'exit'))[0] as unknown;
  };

  test('runs without any right of root that it does not need, and with enough files for its connections', async () => {
    expect(await start()).toBe(0);
    const service = unit('magnum-gateway.service');
    expect(service).toMatchObject({
      ProtectSystem: 'strict',
      NoNewPrivileges: 'yes',
      CapabilityBoundingSet: '',
      LimitNOFILE: expect.stringMatching(/^\d+$/),
      ProtectHome: 'yes',
      PrivateTmp: 'yes',
      PrivateDevices: 'yes',
      RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
      Restart: 'always',
    });
    expect(service['ExecStart']).toMatch(/^\/\S*python3 \S+\/gateway\.py$/);
    expect(calls()).toEqual(['daemon-reload', 'enable --quiet magnum-gateway.service', 'restart magnum-gateway.service']);
  });

  test('is not there in a bay without TLS, whose engine speaks for itself', async () => {
    writeFileSync(join(node.etc, 'node.json'), JSON.stringify({ tls_disabled: true }));
    expect(await start()).toBe(0);
    expect(() => unit('magnum-gateway.service')).toThrow();
  });
});
