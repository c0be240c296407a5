import { stringify } from 'yaml';
import type { ClientAccess, ClientFiles } from '../../ports/bay-driver.js';

/** A kubeconfig that contains its certificates, so that one file is enough (docs/contract/clients.md#client-files). */
export function clientFiles({ name, address, identity }: ClientAccess): ClientFiles {
  const user = identity && {
    'client-certificate-data': base64(identity.certificate),
    'client-key-data': base64(identity.key.reveal()),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: address, ...(identity ? { 'certificate-authority-data': base64(identity.ca) } : {}) } },
    ],
    users: [{ name: 'admin', user: user ?? {} }],
    contexts: [{ name: 'default', context: { cluster: name, user: 'admin' } }],
    'current-context': 'default',
    preferences: {},
  };
  const kubeconfig = stringify(config);
  return { files: { config: kubeconfig }, environment: {}, places: { KUBECONFIG: 'config' }, kubeconfig };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
