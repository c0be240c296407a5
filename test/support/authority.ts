import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Paths of PEM files that OpenSSL made: an authority, and certificates that it signed. */
export interface TestAuthority {
  readonly folder: string;
  readonly ca: string;
  /** A certificate for these names (`DNS:localhost,IP:127.0.0.1`), and its key. */
  issue(name: string, names: string): { readonly cert: string; readonly key: string };
  remove(): void;
}

export function testAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'magnum-authority-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=test authority', '-days', '2');
  return {
    folder,
    ca: at('ca.pem'),
    issue: (name, names) => {
      const [cert, key, request] = [at(`${name}.pem`), at(`${name}.key`), at(`${name}.csr`)];
      writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\n`);
      openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
      const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1'];
      openssl('x509', '-req', '-in', request, ...signed, '-extfile', at(`${name}.ext`), '-out', cert);
      return { cert, key };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
