import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildIgnition } from '../../scripts/host/ignition.mjs';
import { kubeadm } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/driver.js';
import { KUBEADM_BAYS } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/example-bays.test-support.js';
import { IGNITION_SYSTEMS } from '../../packages/core/src/coe/kubernetes/drivers/kubeadm/ignition.js';
import { exampleBayFor, HOSTILE, type Example } from '../../packages/core/src/coe/shared/testing/example-bays.js';
import { nodeFilesOf, type NodeFiles } from '../../packages/core/src/coe/shared/testing/ignition.test-support.js';
import {
  resolveUserData,
  serverNameIn,
  type Attributes,
} from '../../packages/core/src/coe/shared/testing/user-data.test-support.js';
import type { JsonObject, JsonValue } from '../../packages/core/src/domain/json.js';
import { isJsonObject } from '../../packages/core/src/domain/json.js';
import { resourceNameOf } from '../../packages/core/src/domain/names.js';

// User data of Fedora CoreOS and Flatcar, read by Ignition's own parser, rules and decoders; the program of its unit run for real.
const DISTROS = Object.keys(IGNITION_SYSTEMS);
let unavailable = '';
let programs: Awaited<ReturnType<typeof buildIgnition>> | undefined;
beforeAll(async () => {
  try {
    programs = await buildIgnition((line) => console.info(line));
  } catch (error) {
    if (process.env['CI']) throw error;
    unavailable = error instanceof Error ? error.message : String(error);
    console.info(`skipped: test/host/ignition.test.ts: ${unavailable}`);
  }
}, 300_000);

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
/** Values that are known at run time: usual ones, and such as a text of ASCII, of JSON, of systemd or of a shell could go wrong with. */
const RUN_TIME: Readonly<Record<string, { readonly attributes: Attributes; readonly invitation: string }>> = {
  usual: {
    attributes: {
      'wait_handle.endpoint': 'http://192.0.2.1:8004/v1/9/stacks/bay%2Fnode/1/resources/wait_handle/signal',
      'wait_handle.token': 'gAAAA-_=',
    },
    invitation: JSON.stringify({ 1: JSON.stringify({ address: '10.0.0.5', cloud: true }) }),
  },
  hostile: {
    attributes: {
      'wait_handle.endpoint': 'http://x/%41%zz%%?a=$(touch /tmp/owned)&b=`id`#"}}',
      'wait_handle.token': `; # ${ASCII}\u007f\u0001\r\n\\\n[Service]\nExecStart=/bin/false\n$TEXT $VALUES $CONFIG ünï🐳\u2028\\`,
    },
    invitation: '"}]}\\"; ${HOME} %h',
  },
};
const LABELS = { ...HOSTILE, hash: '# no comment', semicolon: '; none', percent: '%41 %', end: '"}', backslash: '\\' };
const EXAMPLES: Readonly<Record<string, Example>> = {
  ...KUBEADM_BAYS,
  labels: { desired: { labels: LABELS } },
};

function userData(
  example: Example,
  clusterDistro: string,
  node: string,
  { attributes, invitation } = RUN_TIME['usual'] ?? never(),
): string {
  const input = exampleBayFor(kubeadm, { ...example, model: { ...example.model, clusterDistro } });
  return resolveUserData(kubeadm.render(input), node, attributes, { invitation });
}

function never(): never {
  throw new Error('every test has values');
}

interface Read {
  readonly report: string;
  readonly files: NodeFiles;
  readonly units: readonly {
    readonly name: string;
    readonly enabled?: boolean;
    readonly mask?: boolean;
    readonly contents?: string;
  }[];
}

/** What Ignition makes of it. */
function read(text: string): Read {
  const { stdout, stderr, status } = spawnSync(programs?.read ?? '', { input: text, encoding: 'utf8', maxBuffer: 2 ** 24 });
  expect([stderr, status]).toEqual(['', 0]);
  const { report, files, units } = JSON.parse(stdout) as {
    readonly report: string;
    readonly files: readonly { readonly path: string; readonly mode: number; readonly contents: string }[];
    readonly units: Read['units'];
  };
  const entries = files.map(({ path, mode, contents }) => [path, { mode, contents: Buffer.from(contents, 'base64') }]);
  return { report, units, files: Object.fromEntries(entries) as NodeFiles };
}

const built = (name: string, work: () => void): void =>
  test(
    name,
    (context) => {
      if (!programs) return context.skip(unavailable);
      work();
    },
    120_000,
  );

describe.each(DISTROS)('user data of %s', (distro) => {
  for (const [bay, example] of Object.entries(EXAMPLES))
    for (const [kind, values] of Object.entries(RUN_TIME))
      built(`of the bay "${bay}" with ${kind} values is read by Ignition without a word, and gives what cloud-init gives`, () => {
        for (const node of exampleBayFor(kubeadm, example).nodes.map(resourceNameOf)) {
          const text = userData(example, distro, node, values);
          const { stdout, stderr, status } = spawnSync(programs?.validate ?? '', ['-'], { input: text, encoding: 'utf8' });
          expect([stdout, stderr, status]).toEqual(['', '', 0]);
          const { report, files } = read(text);
          expect(report).toBe('');
          for (const [path, { contents }] of Object.entries(nodeFilesOf(userData(example, 'debian', node, values)).files))
            expect(files[path]?.contents.equals(contents), path).toBe(true);
          expect(files['/etc/magnum/node.json']?.mode).toBe(0o600);
        }
      });

  built('has the unit that runs the boot program, and nothing of a caller in any unit', () => {
    const [plain, hostile] = [{}, EXAMPLES['hostile'] ?? {}].map(
      (example) => read(userData(example, distro, 'worker-00c8', RUN_TIME['hostile'])).units,
    );
    expect(hostile).toEqual(plain);
    const unit = plain?.find(({ name }) => name === 'magnum-node.service');
    expect(unit).toMatchObject({ enabled: true, contents: expect.stringContaining('ExecStart=/bin/sh /opt/magnum/boot.sh') });
    expect(unit?.contents).toContain('ConditionPathExists=!/etc/magnum/booted\n');
  });
});

built('Ignition itself refuses a wrong character in a URL, and a line of systemd that is too long', () => {
  const text = userData({}, 'flatcar', 'worker-00c8');
  for (const wrong of [
    text.replace('data:,', 'data:,"'.replaceAll('"', '\\"')),
    text.replace('[Unit]', `[X-Values]\\nValues=${'x'.repeat(3_000)}\\n[Unit]`),
  ])
    expect(spawnSync(programs?.validate ?? '', ['-'], { input: wrong, encoding: 'utf8' }).status).toBe(1);
});

interface Booted {
  readonly root: string;
  readonly bin: string;
  readonly calls: readonly string[];
  readonly status: number | null;
  readonly output: string;
}

/**
 * Writes a node's files as Ignition does, under a temporary folder, and runs the program of its unit there. `node.sh` is replaced by one that is recorded,
 * and so are the programs that would change this machine or ask a cloud.
 */
function boot(
  distro: string,
  { python = 'python3', drive = false, userData: text = userData({}, distro, 'worker-00c8') } = {},
): Booted {
  const root = mkdtempSync(join(tmpdir(), 'magnum-ignition-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const bin = join(root, 'bin');
  const calls = join(root, 'calls');
  mkdirSync(bin);
  writeFileSync(calls, '');
  const here = (words: string): string =>
    words.replaceAll(/\/(opt\/magnum|opt\/bin|etc\/magnum|etc\/hosts|var\/lib\/cloud|dev\/disk)/g, (path) => `${root}${path}`);
  const program = (name: string, body: string): void => writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const { files, units } = read(text);
  for (const [path, { contents, mode }] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const words = path.startsWith('/opt/magnum/boot')
      ? contents.toString().replace('export PATH="', `export PATH="${bin}:`)
      : contents.toString();
    writeFileSync(join(root, path), path.startsWith('/opt/magnum/') && !path.endsWith('scripts.json') ? here(words) : contents);
    chmodSync(join(root, path), mode);
  }
  const commands = join(root, 'opt/magnum/commands.json');
  writeFileSync(commands, readFileSync(commands, 'utf8').replaceAll(`${root}/opt/magnum/node.sh`, join(bin, 'node.sh')));
  program('node.sh', `echo node.sh >>${calls}`);
  program('systemctl', `echo systemctl "$@" >>${calls}`);
  program(
    'curl',
    `echo curl "$@" >>${calls}; [ "$1" != --config ] || cp "$2" ${root}/request
while [ $# -gt 0 ]; do
    case $1 in
    --output) file=$2 ;;
    --data-binary) cp "\${2#@}" ${root}/signal-$(jq -r .id "\${2#@}")-$(grep -c ^curl ${calls}) ;;
    *meta_data.json) echo '{"uuid": "server-1", "meta": {"uuid": "no"}}' >"$file" ;;
    esac
    shift
done`,
  );
  if (distro === 'fedora-coreos') program('rpm-ostree', `echo rpm-ostree "$@" >>${calls}`);
  const script = join(root, 'opt/magnum/boot.sh');
  const usual = readFileSync(script, 'utf8').replaceAll('/usr/bin/python3.', join(root, 'python3.'));
  writeFileSync(script, python === 'python3' ? usual : usual.replace('command -v python3', 'command -v no-python'));
  if (python === 'python3.9') symlinkSync('/usr/bin/python3', join(root, python));
  if (drive) {
    mkdirSync(join(root, 'dev/disk/by-label'), { recursive: true });
    writeFileSync(join(root, 'dev/disk/by-label/config-2'), '');
    program('mount', `mkdir -p "$4/openstack/latest" && echo '{"uuid": "server-2"}' >"$4/openstack/latest/meta_data.json"`);
    program('umount', `echo umount >>${calls}`);
  }
  const unit = units.find(({ name }) => name === 'magnum-node.service')?.contents ?? '';
  const [shell = '', ...words] = here(/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ');
  const { status, stdout, stderr } = spawnSync(shell, words, { encoding: 'utf8', env: { ...process.env, PATIENCE: '0' } });
  return { root, bin, status, output: stdout + stderr, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

describe.each(DISTROS)('a server of %s', (distro) => {
  built('has the values and the scripts of one with cloud-init, byte for byte, and runs them once', () => {
    const { root, calls, status, output } = boot(distro);
    expect([output, status]).toEqual(['', 0]);
    const { files, commands } = nodeFilesOf(userData({}, 'debian', 'worker-00c8'));
    expect(readFileSync(join(root, 'etc/magnum/node.json')).equals(files['/etc/magnum/node.json']?.contents ?? Buffer.of())).toBe(
      true,
    );
    expect(statSync(join(root, 'etc/magnum/node.json')).mode & 0o777).toBe(0o600);

    const usual = mkdtempSync(join(tmpdir(), 'magnum-usual-'));
    onTestFinished(() => rmSync(usual, { recursive: true }));
    const archive = join(usual, 'scripts.json');
    writeFileSync(archive, files['/opt/magnum/scripts.json']?.contents ?? '');
    const [python = '', ...words] = (commands[0] ?? []).map((word) => (word === '/opt/magnum/scripts.json' ? archive : word));
    expect(spawnSync(python, words).status).toBe(0);
    const scripts = readdirSync(usual).filter((name) => name !== 'scripts.json');
    expect(scripts.length).toBeGreaterThan(20);
    for (const name of scripts) {
      expect(readFileSync(join(root, 'opt/magnum', name)).equals(readFileSync(join(usual, name))), name).toBe(true);
      expect(statSync(join(root, 'opt/magnum', name)).mode & 0o777, name).toBe(0o755);
    }
    expect(readFileSync(join(root, 'var/lib/cloud/data/instance-id'), 'utf8')).toBe('server-1\n');
    expect(calls.filter((call) => call === 'node.sh')).toHaveLength(1);
    expect(existsSync(join(root, 'etc/magnum/booted'))).toBe(true);
    const installs = calls.filter((call) => call.startsWith('rpm-ostree'));
    expect(installs).toEqual(
      distro === 'flatcar'
        ? []
        : [
            'rpm-ostree install --apply-live --idempotent --allow-inactive --assumeyes python3 ' +
              'containerd containernetworking-plugins conntrack-tools ethtool ipset',
          ],
    );
  });

  built('is known by its configuration drive where it has one, and has a Python of any name', () => {
    const { root, calls, status, output } = boot(distro, { drive: true, python: 'python3.9' });
    expect([output, status]).toEqual(['', 0]);
    expect(readFileSync(join(root, 'var/lib/cloud/data/instance-id'), 'utf8')).toBe('server-2\n');
    expect(calls).toContain('umount');
    expect(calls.filter((call) => call.startsWith('curl'))).toEqual([]);
    expect(readlinkSync(join(root, 'opt/bin/python3'))).toBe(join(root, 'python3.9'));
    expect(calls.at(-1)).toBe('node.sh');
  });

  built('without Python says so to the orchestrator, and begins again with the next boot', () => {
    const master = userData(EXAMPLES['three-masters'] ?? {}, distro, 'master-0064', RUN_TIME['hostile']);
    const { root, status, output } = boot(distro, { python: 'none', userData: master });
    expect([output, status]).toEqual(['the image has no Python: see the journal of the boot\n', 1]);
    const signals = readdirSync(root).filter((name) => name.startsWith('signal-'));
    expect(signals).toHaveLength(2);
    for (const name of signals)
      expect(JSON.parse(readFileSync(join(root, name), 'utf8'))).toMatchObject({
        status: 'FAILURE',
        reason: 'boot: the image has no Python: see the journal of the boot',
      });
    // As curl reads it: to where, and with which token.
    const request = readFileSync(join(root, 'request'), 'utf8');
    expect(request.split('\n').filter((line) => line !== '')).toHaveLength(2);
    const { attributes } = RUN_TIME['hostile'] ?? never();
    expect(JSON.parse(/^url = ([^\n]*)$/m.exec(request)?.[1] ?? '')).toBe(attributes['wait_handle.endpoint']);
    expect(JSON.parse(/^header = ([^\n]*)$/m.exec(request)?.[1] ?? '')).toBe(
      `X-Auth-Token: ${String(attributes['wait_handle.token'])}`,
    );
    expect(existsSync(join(root, 'etc/magnum/booted'))).toBe(false);
  });
});

built('proxies of a bay are those of the downloads of Fedora CoreOS alone, whatever characters they have', () => {
  const proxy = 'http://user:p%40ss"word@proxy.example.org:3128/$(touch /tmp/owned)';
  const { calls } = boot('fedora-coreos', {
    userData: userData({ model: { httpProxy: proxy } }, 'fedora-coreos', 'worker-00c8'),
  });
  expect(calls.filter((call) => call.startsWith('systemctl'))).toEqual([
    `systemctl set-environment http_proxy=${proxy}`,
    'systemctl try-restart rpm-ostreed.service',
    'systemctl unset-environment http_proxy https_proxy no_proxy',
  ]);
});

const HEAT = `
import json, sys
from heat.engine import function, template
given = json.load(sys.stdin)
hot = template.Template({"heat_template_version": "2018-08-31", "resources": {}})
class Stack:
    t = type("T", (), {"files": given["files"]})
for tree in given["trees"]:
    print(json.dumps(function.resolve(hot.parse(Stack(), tree))))`;

/** The tree of functions that Heat resolves, with parameters and attributes as literals: what Heat itself does with texts remains. */
function literal(value: JsonValue, known: (name: string, argument: JsonValue) => JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => literal(item, known));
  if (!isJsonObject(value)) return value;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  const found = others.length === 0 ? known(name, argument) : undefined;
  return found ?? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item, known)]));
}

test.each(DISTROS)(
  "Heat's own functions give the same user data of %s as those of this test",
  (distro) => {
    if (spawnSync('/usr/bin/python3', ['-c', 'import heat.engine.template']).status !== 0)
      return console.info('skipped: no Heat is installed');
    const trees: JsonValue[] = [];
    const expected: string[] = [];
    const files: Record<string, string> = {};
    for (const { attributes } of Object.values(RUN_TIME)) {
      const input = exampleBayFor(kubeadm, { desired: { labels: LABELS }, model: { clusterDistro: distro } });
      const stack = kubeadm.render(input);
      Object.assign(files, stack.files);
      const nested = JSON.parse(stack.files['node.yaml'] ?? '') as { resources: Record<string, { properties: JsonObject }> }; // a template
      const server = nested.resources[serverNameIn(nested as unknown as JsonObject)] ?? never();
      const settings = { labels: JSON.stringify(LABELS), text: ASCII, number: 3, nothing: null, yes: true };
      const tree = literal(server.properties['user_data'] ?? '', (name, argument) => {
        if (name === 'get_param') return argument === 'settings' ? settings : `${String(argument)} ünï %`;
        if (name === 'get_attr') return attributes[(argument as readonly JsonValue[]).join('.')] ?? 'x';
        return undefined;
      });
      trees.push(tree);
      server.properties = { ...server.properties, user_data: tree };
      const changed = { ...stack, files: { ...stack.files, 'node.yaml': JSON.stringify(nested) } };
      expected.push(resolveUserData(changed, 'worker-00c8'));
    }
    const { stdout, stderr, status } = spawnSync('/usr/bin/python3', ['-W', 'ignore', '-c', HEAT], {
      input: JSON.stringify({ trees, files }),
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });
    expect(status, stderr).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(expected);
  },
  60_000,
);
