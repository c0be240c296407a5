import { stringify } from 'yaml';

/** A kubeconfig that contains its certificates and key. */
export function kubeconfigOf(
  place: { readonly name: string; readonly address: string },
  identity: { readonly ca: string; readonly certificate: string; readonly key: string } | null,
): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const cluster = { server: place.address, ...(identity ? { 'certificate-authority-data': base64(identity.ca) } : {}) };
  const user = identity
    ? { 'client-certificate-data': base64(identity.certificate), 'client-key-data': base64(identity.key) }
    : {};
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: place.name, cluster }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'default', context: { cluster: place.name, user: 'admin' } }],
    'current-context': 'default',
    preferences: {},
  });
}
