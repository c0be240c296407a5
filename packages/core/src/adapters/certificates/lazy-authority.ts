import type { CertificateAuthority } from '../../ports/certificates.js';
import type { Clock } from '../../ports/clock.js';

/** The authority of x509.ts. Its library takes a tenth of a second to load, so a service that starts does not wait for it. */
export function lazyAuthority(clock: Clock): CertificateAuthority {
  let loading: Promise<CertificateAuthority> | undefined;
  const authority = (): Promise<CertificateAuthority> =>
    (loading ??= import('./x509.js').then(({ certificateAuthority }) => certificateAuthority(clock)));
  return {
    createCa: async (commonName, rules) => (await authority()).createCa(commonName, rules),
    createClient: async (ca, rules) => (await authority()).createClient(ca, rules),
    createKeys: async (rules) => (await authority()).createKeys(rules),
    sign: async (ca, csr, rules, profile) => (await authority()).sign(ca, csr, rules, profile),
    commonNameOf: async (csr) => (await authority()).commonNameOf(csr),
    newRequest: async (subject) => (await authority()).newRequest(subject),
  };
}
