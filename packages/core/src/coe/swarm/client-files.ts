import type { ClientAccess, ClientFiles } from '../../ports/bay-driver.js';

/** What Docker's own client looks for: a folder with three files, and variables. */
export function clientFiles({ address, identity }: ClientAccess): ClientFiles {
  const host = { DOCKER_HOST: address.replace(/^https?:/, 'tcp:') };
  if (!identity) return { files: {}, environment: host, places: {} };
  return {
    files: { 'ca.pem': ended(identity.ca), 'cert.pem': ended(identity.certificate), 'key.pem': ended(identity.key.reveal()) },
    environment: { ...host, DOCKER_TLS_VERIFY: '1' },
    places: { DOCKER_CERT_PATH: '' },
  };
}

function ended(pem: string): string {
  return `${pem.trimEnd()}\n`;
}
