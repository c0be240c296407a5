import { isIPv6 } from 'node:net';
import type { ClientAccess, ClientFiles } from '../../ports/bay-driver.js';
import { MARATHON_PORT, MESOS_PORT } from './drivers/mesos/ports.js';

/**
 * What clients of Mesos and Marathon need: two URLs, and a folder with the bay's authority, a certificate and its key, as curl and HTTP
 * libraries take them. There is no program of Mesos that reads a certificate by itself.
 */
export function clientFiles({ address, identity }: ClientAccess): ClientFiles {
  const host = isIPv6(address) ? `[${address}]` : address;
  const at = (port: number): string => `${identity ? 'https' : 'http'}://${host}:${port}`;
  const environment = { MESOS_URL: at(MESOS_PORT), MARATHON_URL: at(MARATHON_PORT) };
  if (!identity) return { files: {}, environment, places: {} };
  return {
    files: {
      'ca.pem': endWithNewline(identity.ca),
      'cert.pem': endWithNewline(identity.certificate),
      'key.pem': endWithNewline(identity.key.reveal()),
    },
    environment,
    places: { MESOS_CERT_PATH: '' },
  };
}

function endWithNewline(pem: string): string {
  return `${pem.trimEnd()}\n`;
}
