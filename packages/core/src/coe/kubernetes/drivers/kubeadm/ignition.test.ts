import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { resourceNameOf } from '../../../../domain/names.js';
import { exampleBayFor, type Example } from '../../../shared/testing/example-bays.js';
import { ignitionFilesOf, nodeFilesOf } from '../../../shared/testing/ignition.test-support.js';
import { nodeFolder, type NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { resolveUserData, type Attributes } from '../../../shared/testing/user-data.test-support.js';
import { configuredNode, MASTER, WORKER } from './control-plane.test-support.js';
import { kubeadm } from './driver.js';
import { KUBEADM_BAYS } from './example-bays.test-support.js';
import { IGNITION_SYSTEMS } from './ignition.js';
import { KUBEADM_SCRIPTS } from './scripts.js';

const BOOT = new URL('../../../shared/node/boot/boot.sh', import.meta.url);
const DISTROS = Object.keys(IGNITION_SYSTEMS);
/** What only Heat knows, with all that a text of ASCII can have. */
const ATTRIBUTES: Attributes = {
  'wait_handle.endpoint': 'http://192.0.2.1:8004/v1/x/stacks/%41%25?a=b&c=d#e "}{\\',
  'wait_handle.token': Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('') + '\u007f\u0000ü🐳',
};

function userData(example: Example, clusterDistro: string, node: string): string {
  const input = exampleBayFor(kubeadm, { ...example, model: { ...example.model, clusterDistro } });
  const invitation = JSON.stringify({ 1: JSON.stringify({ address: '10.0.0.5' }) });
  return resolveUserData(kubeadm.render(input), node, ATTRIBUTES, { invitation });
}

describe.each(DISTROS)('user data of %s', (distro) => {
  test.each(Object.entries(KUBEADM_BAYS))('gives nodes of "%s" what cloud-init gives, byte for byte', (_name, example) => {
    for (const node of exampleBayFor(kubeadm, example).nodes.map(resourceNameOf)) {
      const { files: usual, commands } = nodeFilesOf(userData(example, 'debian', node));
      const files = ignitionFilesOf(userData(example, distro, node));
      for (const [path, { contents, mode }] of Object.entries(usual)) {
        expect(files[path]?.contents.equals(contents), path).toBe(true);
        // Python unpacks the archive, and makes each of its scripts a program.
        expect(files[path]?.mode, path).toBe(path.endsWith('.json') && mode === 0o755 ? 0o644 : mode);
      }
      expect(JSON.parse(files['/opt/magnum/commands.json']?.contents.toString() ?? '')).toEqual(commands);
    }
  });

  test('has each path once', () => {
    const { storage } = JSON.parse(userData({}, distro, WORKER)) as {
      readonly storage: { readonly files: readonly { path: string }[] };
    };
    const paths = storage.files.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
  });
});

test('shellcheck finds nothing in the program that stands for cloud-init', (context) => {
  const { stdout, status, error } = spawnSync('shellcheck', [fileURLToPath(BOOT)], { encoding: 'utf8' });
  if (error && !process.env['CI']) return context.skip('shellcheck is not installed');
  expect([stdout, status]).toEqual(['', 0]);
});

test('bays of other distributions have no file of Ignition', () => {
  expect(Object.keys(kubeadm.render(exampleBayFor(kubeadm)).files)).not.toContain('scripts/boot.sh');
});

/** An image of that kind, in place of the machine. */
function asImage(distro: string): (folder: NodeFolder) => void {
  return (folder) => {
    writeFileSync(
      join(folder.etc, 'os-release'),
      `NAME=Example\nID=${distro === 'fedora-coreos' ? 'fedora' : distro}\nVERSION_ID=1\n`,
    );
    if (DISTROS.includes(distro)) folder.program('findmnt', 'echo " ro,nosuid,errors=remount-ro"');
  };
}

describe('on an image whose /usr is read-only', () => {
  const FOLDER = '/opt/libexec/kubernetes/kubelet-plugins/volume/exec/';
  const pluginFolders = (distro: string): readonly unknown[] => {
    const { argument, documents } = configuredNode({}, { node: MASTER, prepare: asImage(distro) });
    const registration = documents['InitConfiguration']?.['nodeRegistration'] as
      { readonly kubeletExtraArgs: readonly { readonly name: string; readonly value: string }[] } | undefined; // kubeadm's form
    const ofKubelet = registration?.kubeletExtraArgs.find(({ name }) => name === 'volume-plugin-dir')?.value;
    return [ofKubelet, ...argument('controllerManager', 'flex-volume-plugin-dir')];
  };

  test.each(DISTROS)('kubelets and controller managers of %s look for plugins in a folder that can be made', (distro) =>
    expect(pluginFolders(distro)).toEqual([FOLDER, FOLDER]),
  );

  test('those of Debian look where they always have', () => expect(pluginFolders('debian')).toEqual([undefined]));

  test.each([
    ['debian', '/usr/bin', []],
    ['fedora-coreos', '/usr/local/bin', ['setenforce 0']],
    ['flatcar', '/opt/bin', ['setenforce 0']],
  ])('programs of a release are installed on %s in %s, and found by the unit', (distro, place, relaxing) => {
    const { root, calls, status, stderr } = installed(distro, place);
    expect([stderr, status]).toEqual(['', 0]);
    for (const name of ['kubelet', 'kubeadm', 'kubectl']) expect(statSync(join(root, 'programs', name)).mode & 0o777).toBe(0o755);
    const unit = readFileSync(join(root, 'units', 'kubelet.service'), 'utf8');
    expect(unit).toContain(`ExecStart=${join(root, 'programs', 'kubelet')} --kubeconfig=`);
    expect(unit).toContain('config.yaml $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS\n');
    expect(calls.filter((call) => call.startsWith('setenforce'))).toEqual(relaxing);
    expect(readFileSync(join(root, 'etc', 'selinux'), 'utf8')).toBe(
      `SELINUX=${relaxing.length > 0 ? 'permissive' : 'enforcing'}\n`,
    );
    expect(calls.some((call) => call.includes('cni-plugins-linux-'))).toBe(distro === 'flatcar');
  });
});

interface Installed {
  readonly root: string;
  readonly calls: readonly string[];
  readonly status: number | null;
  readonly stderr: string;
}

const PROGRAM = '#!/bin/sh\necho v1.36.3\n';

/** What install-kubernetes.sh leaves, with the folders of such an image under a temporary one, and without a network. */
function installed(distro: string, place: string): Installed {
  const folder = nodeFolder(KUBEADM_SCRIPTS);
  onTestFinished(() => folder.remove());
  const root = join(folder.etc, '..');
  const calls = join(root, 'calls');
  writeFileSync(calls, '');
  asImage(distro)(folder);
  writeFileSync(join(folder.etc, 'selinux'), 'SELINUX=enforcing\n');
  writeFileSync(join(folder.etc, 'node.json'), JSON.stringify({ kubernetes: { version: 'v1.36.3' } }));
  for (const name of ['containerd', 'openssl', 'conntrack', 'modprobe', 'sysctl']) folder.program(name, 'exit 0');
  folder.program('setenforce', `echo setenforce "$@" >>${calls}`);
  folder.program('getenforce', 'echo Enforcing');
  folder.program('systemctl', 'case $1 in cat) exit 1 ;; esac');
  folder.program('tar', 'exit 0');
  const sum = createHash('sha256').update(PROGRAM).digest('hex');
  folder.program(
    'curl',
    `for word in "$@"; do last=$word; done
echo "$last" >>${calls}
case $last in *.sha256) echo "${sum}  its-name" ;; *) while [ "$1" != --output ]; do shift; done; printf '${PROGRAM.replaceAll('\n', '\\n')}' >"$2" ;; esac`,
  );
  mkdirSync(join(root, 'programs'));
  for (const name of ['lib.sh', 'install-kubernetes.sh']) {
    const path = join(folder.opt, name);
    const text = readFileSync(path, 'utf8')
      .replaceAll(`echo ${place}`, `echo ${join(root, 'programs')}`)
      .replaceAll('$PATH:/opt/bin', `$PATH:${join(root, 'programs')}`)
      .replaceAll('command -v "$name"', `command -v "${join(root, 'programs')}/$name"`)
      .replaceAll('command -v kubelet', `command -v ${join(root, 'programs', 'kubelet')}`)
      .replaceAll('$(kubeadm version', `$(${join(root, 'programs', 'kubeadm')} version`)
      .replaceAll('/proc/sys/net/ipv4/ip_forward', join(root, 'forwards'))
      .replaceAll('/etc/selinux/config', join(folder.etc, 'selinux'))
      .replaceAll(/\/etc\/(modules-load|sysctl)\.d/g, join(folder.etc, '$1.d'))
      .replaceAll('/opt/cni/bin', join(root, 'cni'))
      .replaceAll(/\/usr\/lib(exec)?\/cni\/\*/g, join(root, 'nothing', '*'));
    writeFileSync(path, text);
  }
  writeFileSync(join(root, 'forwards'), '1\n');
  const { status, stderr } = spawnSync(join(folder.opt, 'install-kubernetes.sh'), { encoding: 'utf8' });
  return { root, status, stderr, calls: readFileSync(calls, 'utf8').split('\n') };
}
