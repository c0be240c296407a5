import { describe, expect, test } from 'vitest';
import { KUBERNETES_RELEASES } from '../../../releases.js';
import { exampleBayFor } from '../../../../shared/testing/example-bays.js';
import { configuredNode, MASTER, valuesOf } from '../control-plane.test-support.js';
import { kubeadm } from '../driver.js';
import { KUBEADM_LABELS } from '../labels.js';
import { SYSTEM_NAMESPACES } from './pod-security.js';

const bayWith = (labels: Readonly<Record<string, string>>) => exampleBayFor(kubeadm, { desired: { labels } });

describe('the standard of pods', () => {
  test.each(['baseline', 'restricted'])('%s holds in every namespace but those of the system', (level) => {
    const node = configuredNode({ pod_security_default: level });
    expect(node.argument('apiServer', 'admission-control-config-file')).toEqual(['/etc/kubernetes/api-server/admission.json']);
    expect(JSON.parse(node.read('api-server/admission.json'))).toMatchObject({
      kind: 'AdmissionConfiguration',
      plugins: [
        {
          name: 'PodSecurity',
          configuration: {
            apiVersion: 'pod-security.admission.config.k8s.io/v1',
            kind: 'PodSecurityConfiguration',
            defaults: { enforce: level, 'enforce-version': 'latest', warn: level, audit: level },
            exemptions: { namespaces: SYSTEM_NAMESPACES },
          },
        },
      ],
    });
  });

  test.each([{}, { pod_security_default: 'privileged' }])('is none with %j', (labels) => {
    expect(valuesOf(bayWith(labels), MASTER)['kubernetes']).not.toHaveProperty('api_server');
  });

  // An add-on in a namespace that is not exempt would have its pods refused.
  test('is no matter of the add-ons: the namespace of each of them is exempt', () => {
    const switches = Object.entries(KUBEADM_LABELS).filter(([name, { type }]) => type === 'boolean' && name.endsWith('_enabled'));
    const all = Object.fromEntries(switches.map(([name]) => [name, 'true']));
    const facts = { authUrl: '', regionName: '', externalNetworkId: null, cloudCa: '', verifyCloudCa: true };
    const cloud = { facts, trusted: true };
    const model = { networkDriver: 'flannel' };
    const spaces = KUBERNETES_RELEASES.flatMap(({ version }) =>
      (
        kubeadm.addons?.({
          bay: { id: 'b', projectId: 'p', desired: { labels: { ...all, kube_tag: version } } },
          model,
          cloud,
        }) ?? []
      ).flatMap(
        ({ objects }) => objects.map(({ metadata }) => (metadata as { readonly namespace?: string }).namespace), // every object has metadata
      ),
    );
    const used = new Set(spaces.filter((space) => space !== undefined));
    expect([...used].filter((space) => !SYSTEM_NAMESPACES.includes(space))).toEqual([]);
    expect(used.size).toBeGreaterThan(0);
  });

  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    ['of another name', { pod_security_default: 'strict' }, 'pod_security_default', /one of privileged, baseline, restricted/],
    [
      'beside a file',
      { pod_security_default: 'baseline', kubeapi_options: '--admission-control-config-file=/x' },
      'kubeapi_options',
      /pod_security_default exclude each other; leave one/,
    ],
    [
      'whose plugin is switched off',
      { pod_security_default: 'baseline', kubeapi_options: '--disable-admission-plugins=PodSecurity' },
      'kubeapi_options',
      /PodSecurity.*leave one of them out/,
    ],
  ])('%s is refused', (_what, labels, name, message) => {
    expect(kubeadm.check?.(bayWith(labels))).toEqual([{ field: `labels.${name}`, message: expect.stringMatching(message) }]);
  });
});
