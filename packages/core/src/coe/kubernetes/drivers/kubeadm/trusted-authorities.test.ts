import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resourceNameOf } from '../../../../domain/names.js';
import { exampleBayFor } from '../../../shared/testing/example-bays.js';
import type { NodeFolder } from '../../../shared/testing/node-folder.test-support.js';
import { resolveUserData } from '../../../shared/testing/user-data.test-support.js';
import { configuredNode, WORKER } from './control-plane.test-support.js';
import { kubeadm } from './driver.js';
import { KUBEADM_BAYS } from './example-bays.test-support.js';

let folder = '';
/** Certificates of openssl: two authorities, a server that has signed itself, and one that the first authority has signed. */
const made: Record<'first' | 'second' | 'itself' | 'server', string> = { first: '', second: '', itself: '', server: '' };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'magnum-authorities-'));
  const openssl = (...options: readonly string[]): void => void execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });
  const of = (name: string, ...more: readonly string[]): readonly string[] => [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`, ...more],
  ];
  openssl(...of('first'));
  openssl(...of('second'));
  openssl(...of('itself', '-addext', 'basicConstraints=critical,CA:FALSE'));
  openssl(...of('server', '-addext', 'basicConstraints=critical,CA:FALSE', '-CA', 'first.crt', '-CAkey', 'first.key'));
  for (const name of ['first', 'second', 'itself', 'server'] as const)
    made[name] = readFileSync(join(folder, `${name}.crt`), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

const bayWith = (text: string) => exampleBayFor(kubeadm, { desired: { labels: { trusted_ca: text } } });
const problemsOf = (text: string) => kubeadm.check?.(bayWith(text)) ?? [];

interface Trusting {
  readonly kept: Readonly<Record<string, string>>;
  readonly calls: string;
}

/** What the step leaves on a worker, where an image puts authorities, and which programs it has run. */
function trusted(text: string, distro: 'debian' | 'fedora' | 'flatcar'): Trusting {
  let node: NodeFolder | undefined;
  configuredNode(text === '' ? {} : { trusted_ca: text }, {
    node: WORKER,
    steps: ['trust-authorities', 'trust-authorities', 'configure-kubelet'],
    prepare: (found) => {
      node = found;
      if (distro === 'flatcar') writeFileSync(join(found.etc, 'os-release'), 'NAME="Flatcar"\nID=flatcar\n');
      else mkdirSync(join(found.authorities, distro));
      for (const name of ['update-ca-certificates', 'update-ca-trust', 'systemctl'])
        found.program(name, `echo ${name} "$@" >>${join(found.run, 'calls')}`);
    },
  });
  const place = join(node?.authorities ?? '', distro === 'flatcar' ? '' : distro);
  const names = readdirSync(place).filter((name) => name.startsWith('magnum-'));
  const kept = Object.fromEntries(names.map((name) => [name, readFileSync(join(place, name), 'utf8')]));
  for (const name of Object.keys(kept)) expect(statSync(join(place, name)).mode & 0o777).toBe(0o644);
  const calls = readFileSync(join(node?.run ?? '', 'calls'), 'utf8').split('\n');
  return {
    kept,
    calls: calls
      .filter((line) => !/magnum-api-name|daemon-reload/.test(line))
      .join('\n')
      .trim(),
  };
}

describe('authorities of a bay', () => {
  test('are known to the programs of Debian and Ubuntu, each in a file of its own, and made known once', () => {
    const { kept, calls } = trusted(`${made.first}\n${made.second}`, 'debian');
    expect(kept).toEqual({ 'magnum-0.crt': made.first, 'magnum-1.crt': made.second });
    expect(calls).toBe('update-ca-certificates\nsystemctl try-restart containerd.service');
  });

  test('are known to the programs of Fedora', () => {
    const { kept, calls } = trusted(made.first, 'fedora');
    expect(kept).toEqual({ 'magnum-0.pem': made.first });
    expect(calls).toBe('update-ca-trust extract\nsystemctl try-restart containerd.service');
  });

  test('are known to the programs of Flatcar, whose /usr is read-only', () => {
    const { kept, calls } = trusted(made.first, 'flatcar');
    expect(kept).toEqual({ 'magnum-0.pem': made.first });
    expect(calls).toBe('update-ca-certificates\nsystemctl try-restart containerd.service');
  });

  test.each<[string, (text: string) => string]>([
    ['with lines that end as two characters', (text) => text.replaceAll('\n', '\\n')],
    ['with lines that end as on Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['without an end of the last line', (text) => text.trim()],
  ])('%s are the same', (_what, write) => {
    const text = write(made.first + made.second);
    expect(problemsOf(text)).toEqual([]);
    expect(trusted(text, 'debian').kept).toEqual({ 'magnum-0.crt': made.first, 'magnum-1.crt': made.second });
  });

  test('are nothing in a bay that names none', () => {
    expect(trusted('', 'debian')).toEqual({ kept: {}, calls: '' });
  });

  test('may be a server that has signed itself', () => expect(problemsOf(made.itself)).toEqual([]));

  test.each<[string, () => string, RegExp]>([
    ['a text that is none', () => 'my authority', /"my authority" is no certificate; give texts from -----BEGIN/],
    ['a text behind one', () => `${made.first}; touch /tmp/owned`, /"; touch \/tmp\/owned" is no certificate/],
    ['one that is cut off', () => made.first.slice(0, 300), /is no certificate/],
    ['one with a wrong letter', () => made.second + made.first.replace('MII', 'MJJ'), /number 2 cannot be read; export it again/],
    ['that of a server', () => made.server, /"CN=server" is the certificate of a server.*give the one that has signed it/],
    ['a key', () => made.first + readFileSync(join(folder, 'first.key'), 'utf8'), /has a private key.*take it out/],
  ])('%s is refused with the remedy', (_what, text, message) => {
    expect(problemsOf(text())).toEqual([{ field: 'labels.trusted_ca', message: expect.stringMatching(message) }]);
  });

  // Of the longest text, in the bay that asks for everything else.
  test('leave the user data of each node within what Nova takes', () => {
    const example = KUBEADM_BAYS['secured'] ?? {};
    const most = 6_144;
    const text = (made.first + made.second).repeat(9).slice(0, most);
    for (const clusterDistro of new Set(kubeadm.provides.map(({ distro }) => distro))) {
      const input = exampleBayFor(kubeadm, {
        ...example,
        desired: { ...example.desired, labels: { ...example.desired?.labels, trusted_ca: text } },
        model: { clusterDistro },
      });
      const stack = kubeadm.render(input);
      for (const node of input.nodes)
        expect(Buffer.byteLength(resolveUserData(stack, resourceNameOf(node))), clusterDistro).toBeLessThan(48 * 1024);
    }
  });

  test('that the image cannot make known fail the step with the remedy', () => {
    const { folder: node } = configuredNode({ trusted_ca: made.first }, { node: WORKER, steps: ['configure-kubelet'] });
    node.program('update-ca-certificates', 'echo "no space left" >&2; exit 1');
    const { stderr, status } = spawnSync(join(node.opt, 'trust-authorities.sh'), { encoding: 'utf8' });
    expect([stderr.trim(), status]).toEqual([
      'the authorities of the label trusted_ca could not be made known: no space left',
      1,
    ]);
  });
});
