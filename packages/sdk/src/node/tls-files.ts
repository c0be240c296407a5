import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Environment } from '../environment.js';
import { fieldOf, MagnumError } from '../errors.js';

/** Paths of files in PEM. */
export interface TlsFiles {
  /** The certificates of the authorities that are trusted, in place of those of Node. */
  readonly cacert?: string | undefined;
  /** The certificate that the client shows, with those of its intermediates. */
  readonly cert?: string | undefined;
  /** The key of `cert`; without it, the key is in the file of `cert`. */
  readonly key?: string | undefined;
  /** True: certificates of servers are not checked. Anyone on the way can then read the password. */
  readonly insecure?: boolean | undefined;
}

/** What TLS connections are made with. */
export interface TlsMaterial {
  readonly secureContext: SecureContext;
  /** The same without the client's certificate: for a proxy, which is not the service. */
  readonly withoutCertificate: SecureContext;
  readonly rejectUnauthorized: boolean;
}

type Names = Readonly<Record<'cacert' | 'cert' | 'key', string>>;

const OPTIONS: Names = { cacert: 'cacert', cert: 'cert', key: 'key' };
const VARIABLES: Names = { cacert: 'OS_CACERT (cacert)', cert: 'OS_CERT (cert)', key: 'OS_KEY (key)' };

/** Reads the files. Throws MagnumError (`invalid-parameter`) that names the setting and the file. */
export function readTls(files: TlsFiles, names: Names = OPTIONS): TlsMaterial {
  if (files.key && !files.cert) throw invalid(`${names.key} is given without ${names.cert}`);
  // With insecure, requests of other OpenStack clients ignore the authorities, also a file that is not there.
  const ca = files.cacert && !files.insecure ? readPem(files.cacert, names.cacert, 'CERTIFICATE') : undefined;
  const cert = files.cert ? readPem(files.cert, names.cert, 'CERTIFICATE') : undefined;
  const key = files.cert ? readPem(files.key || files.cert, files.key ? names.key : names.cert, 'PRIVATE KEY') : undefined;
  return {
    secureContext: contextOf({ ca, cert, key }, names),
    withoutCertificate: contextOf({ ca }, names),
    rejectUnauthorized: !files.insecure,
  };
}

/** Reads the files that `OS_CACERT`, `OS_CERT` and `OS_KEY` name, unless `OS_INSECURE` is true. Throws MagnumError. */
export function tlsFromEnv(env: Environment): TlsMaterial {
  const insecure = readFlag('OS_INSECURE', env['OS_INSECURE']);
  return readTls({ cacert: env['OS_CACERT'], cert: env['OS_CERT'], key: env['OS_KEY'], insecure }, VARIABLES);
}

/** A truth value as OpenStack's clients read them. Throws MagnumError (`invalid-parameter`) for any other text. */
export function readFlag(name: string, text: string | undefined): boolean {
  if (!text || /^(false|0|no|off|n|f)$/i.test(text)) return false;
  if (/^(true|1|yes|on|y|t)$/i.test(text)) return true;
  throw invalid(`${name} is ${JSON.stringify(text)}; use true or false`);
}

function readPem(path: string, name: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  const full = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
  let text;
  try {
    text = readFileSync(full, 'utf8');
  } catch (cause) {
    const code = fieldOf(cause, 'code');
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder; give one file'
          : `cannot be read (${String(code)})`;
    throw invalid(`${name} names ${JSON.stringify(path)}, which ${reason}`);
  }
  if (new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text)) return text;
  throw invalid(`${name} names ${JSON.stringify(path)}, which has no ${kind.toLowerCase()} in PEM`);
}

interface Pem {
  readonly ca: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

function contextOf(pem: Pem, names: Names): SecureContext {
  try {
    return createSecureContext(pem);
  } catch (cause) {
    // OpenSSL's words do not say of which file it speaks.
    const code = String(fieldOf(cause, 'code'));
    if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') throw invalid(`${names.key} is not the key of ${names.cert}`);
    if (pem.key?.includes('ENCRYPTED'))
      throw invalid(`${names.key} is encrypted, and there is no passphrase for it; give a key without one`);
    throw invalid(`${names.cacert}, ${names.cert} or ${names.key} is no valid PEM (${code})`);
  }
}

function invalid(message: string): MagnumError {
  return new MagnumError(message, 'invalid-parameter');
}
