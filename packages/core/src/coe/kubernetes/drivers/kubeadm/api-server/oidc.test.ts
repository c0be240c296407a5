import { describe, expect, test } from 'vitest';
import { exampleBayFor } from '../../../../shared/testing/example-bays.js';
import { configuredNode, MASTER, valuesOf } from '../control-plane.test-support.js';
import { kubeadm } from '../driver.js';

const ISSUER = { oidc_issuer_url: 'https://keycloak.example.org/realms/sea', oidc_client_id: 'kubernetes' };
const bayWith = (labels: Readonly<Record<string, string>>, cloudCa = '') =>
  exampleBayFor(kubeadm, { desired: { labels }, facts: { cloudCa } });
const problemsOf = (labels: Readonly<Record<string, string>>) => kubeadm.check?.(bayWith(labels)) ?? [];

describe('an issuer of OpenID Connect', () => {
  test("becomes arguments of the API server, with Kubernetes' own defaults for what no label says", () => {
    const { argument } = configuredNode(ISSUER);
    const given = ['issuer-url', 'client-id', 'username-claim', 'username-prefix', 'groups-claim', 'groups-prefix'].map((name) =>
      argument('apiServer', `oidc-${name}`),
    );
    expect(given).toEqual([[ISSUER.oidc_issuer_url], ['kubernetes'], ['sub'], [], [], []]);
  });

  test('has names and groups of users as the labels say, byte for byte', () => {
    const hostile = `it's "$(reboot)": {{ x }}\n- --anonymous-auth`;
    const { argument } = configuredNode({
      ...ISSUER,
      oidc_username_claim: 'email',
      oidc_username_prefix: '-',
      oidc_groups_claim: 'groups',
      oidc_groups_prefix: hostile,
    });
    const given = ['username-claim', 'username-prefix', 'groups-claim', 'groups-prefix'].map((name) =>
      argument('apiServer', `oidc-${name}`),
    );
    expect(given).toEqual([['email'], ['-'], ['groups'], [hostile]]);
  });

  test("is checked by the authorities of the system and by the cloud's own", () => {
    const node = configuredNode(ISSUER, { example: { facts: { cloudCa: 'AUTHORITY OF THE CLOUD' } } });
    expect(node.argument('apiServer', 'oidc-ca-file')).toEqual(['/etc/kubernetes/api-server/issuer-ca.crt']);
    expect(node.read('api-server/issuer-ca.crt').split('\n')).toEqual(
      expect.arrayContaining(['AUTHORITIES OF THE SYSTEM', 'AUTHORITY OF THE CLOUD']),
    );
    expect(node.documents['ClusterConfiguration']).toMatchObject({
      apiServer: {
        extraVolumes: [{ hostPath: '/etc/kubernetes/api-server', mountPath: '/etc/kubernetes/api-server', readOnly: true }],
      },
    });
  });

  test('is nothing in a bay that names none', () => {
    expect(valuesOf(bayWith({}), MASTER)['kubernetes']).not.toHaveProperty('api_server');
    const { documents } = configuredNode({});
    expect(documents['ClusterConfiguration']?.['apiServer']).not.toHaveProperty('extraVolumes');
    expect(JSON.stringify(documents)).not.toContain('oidc');
  });

  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    ['without TLS', { ...ISSUER, oidc_issuer_url: 'http://idp.example' }, 'oidc_issuer_url', /https:\/\/issuer/],
    ['that is no address', { ...ISSUER, oidc_issuer_url: 'keycloak' }, 'oidc_issuer_url', /https:\/\/issuer/],
    ['with a query', { ...ISSUER, oidc_issuer_url: 'https://idp.example/?a=b' }, 'oidc_issuer_url', /path alone/],
    ['with a password', { ...ISSUER, oidc_issuer_url: 'https://me:x@idp.example' }, 'oidc_issuer_url', /path alone/],
    ['without a client', { oidc_issuer_url: ISSUER.oidc_issuer_url }, 'oidc_client_id', /name the one/],
    ['that is missing where there is a client', { oidc_client_id: 'x' }, 'oidc_client_id', /set oidc_issuer_url/],
    ['that is missing where there are groups', { oidc_groups_claim: 'x' }, 'oidc_groups_claim', /set oidc_issuer_url/],
    ['whose users have no name', { ...ISSUER, oidc_username_claim: ' ' }, 'oidc_username_claim', /name a claim/],
    ['beside an option', { ...ISSUER, kubeapi_options: '--oidc-client-id=other' }, 'kubeapi_options', /oidc_issuer_url exclude/],
    ['beside a file', { ...ISSUER, kubeapi_options: '--authentication-config=/x' }, 'kubeapi_options', /leave one of them out/],
  ])('%s is refused with the label and the remedy', (_what, labels, name, message) => {
    expect(problemsOf(labels)).toEqual([{ field: `labels.${name}`, message: expect.stringMatching(message) }]);
  });

  test('may be given by options of the API server alone, and labels go with options that they do not set', () => {
    expect(problemsOf({ kubeapi_options: '--oidc-issuer-url=https://idp.example --oidc-client-id=x' })).toEqual([]);
    expect(problemsOf({ ...ISSUER, kubeapi_options: '--oidc-required-claim=team=sea' })).toEqual([]);
  });
});
