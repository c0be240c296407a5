import type { ClientAccess, ClientFiles } from '../../ports/bay-driver.js';

/** What Docker's own client looks for: a folder with three files, and variables. */
export function clientFiles({ address, identity }: ClientAccess): ClientFiles {
  const host = { DOCKER_HOST: address.replace(/^https?:/, 'tcp:') };
  if (!identity) return { files: {}, environment: host, places: {} };
  return {
    files: {
      'ca.pem': endWithNewline(identity.ca),
      'cert.pem': endWithNewline(identity.certificate),
      'key.pem': endWithNewline(identity.key.reveal()),
    },
    environment: { ...host, DOCKER_TLS_VERIFY: '1' },
    places: { DOCKER_CERT_PATH: '' },
  };
}

function endWithNewline(pem: string): string {
  return `${pem.trimEnd()}\n`;
}
