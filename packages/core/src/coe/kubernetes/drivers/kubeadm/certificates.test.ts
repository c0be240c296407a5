import { expect, test } from 'vitest';
import type { NodeCertificateRequest } from '../../../../ports/bay-driver.js';
import { API_NAME, PROFILE_NAMES, certificateFor } from './certificates.js';
import { KUBEADM_SCRIPTS } from './scripts.js';

const request = (profile: string, role: 'master' | 'worker'): NodeCertificateRequest => ({
  profile,
  bay: { desired: { labels: { service_cluster_ip_range: '10.254.16.0/20', api_server_cert_sans: 'api.example.org' } } },
  node: { name: `example-${role}-00c8`, role },
  own: ['10.0.0.5', '198.51.100.4'],
  balancers: ['10.0.0.9'],
});

test('a worker gets certificates for itself alone', () => {
  const granted = PROFILE_NAMES.filter((profile) => certificateFor(request(profile, 'worker')));
  expect(granted).toEqual(['kubelet', 'kubelet-server']);
  for (const profile of granted)
    expect(certificateFor(request(profile, 'worker'))?.subject).toEqual({
      commonName: 'system:node:example-worker-00c8',
      organization: 'system:nodes',
    });
});

test('names that every object has are no profiles', () => {
  for (const profile of ['constructor', '__proto__', 'toString', '', 'node'])
    expect(certificateFor(request(profile, 'master'))).toBeUndefined();
});

test('the API has every name under which it is reached', () => {
  expect(certificateFor(request('apiserver', 'master'))?.hosts).toEqual(
    expect.arrayContaining([
      API_NAME,
      'kubernetes.default.svc.cluster.local',
      '10.254.16.1',
      '10.0.0.5',
      '198.51.100.4',
      '10.0.0.9',
      'api.example.org',
    ]),
  );
});

test("a kubelet does not vouch for the load balancer's address", () => {
  expect(certificateFor(request('kubelet-server', 'master'))?.hosts).toEqual(['example-master-00c8', '10.0.0.5', '198.51.100.4']);
});

test('only the cluster that is being made gets a certificate above its rules, and only with the master role', () => {
  const above = PROFILE_NAMES.filter(
    (profile) => certificateFor(request(profile, 'master'))?.subject.organization === 'system:masters',
  );
  expect(above).toEqual(['super-admin']);
});

test('the scripts know the same name of the API and the same profiles', () => {
  const library = KUBEADM_SCRIPTS.files['scripts/lib.sh'] ?? '';
  expect(library).toContain(`API_NAME=${API_NAME}\n`);
  const named = [...(/^certificates\(\) \{\n([\s\S]*?)^\}/m.exec(library)?.[1] ?? '').matchAll(/[a-z][a-z-]+/g)].map(
    ([word]) => word,
  );
  for (const profile of PROFILE_NAMES.filter((name) => !name.startsWith('etcd-'))) expect(named).toContain(profile);
  for (const profile of PROFILE_NAMES.filter((name) => name.startsWith('etcd-')))
    expect(named).toContain(profile.slice('etcd-'.length));
});
