import type { DomainError } from '../domain/errors.js';
import type { Setting } from './ini.js';
import { OPTIONS } from './options.js';
import { keyOf, loginSections } from './settings.js';
import { isNear } from './spelling.js';
import { PLUGIN_SECTIONS, RENAMED_OPTIONS, UPSTREAM_OPTIONS } from './upstream-options.js';
import { bad } from './values.js';

/*
 * What a start says about settings that nothing reads. An operator believes a file that is accepted without a word, so each setting
 * is either obeyed, or named once as without effect, or named as unknown. One class is stricter: where a setting asks for TLS, or
 * says whose certificates count, passing it over would send in the clear what was to be protected. There the start is refused.
 */

const USED: ReadonlySet<string> = new Set(OPTIONS.map(keyOf));
const SECTIONS: ReadonlySet<string> = new Set(OPTIONS.map(({ section }) => section));

/** Settings that nothing reads, one line each. Errors: `invalid-parameter` for one that would leave a connection without its TLS. */
export function findingsAbout(settings: readonly Setting[]): readonly string[] {
  const borrowed = new Set([...loginSections(settings).values()].filter((section) => !UPSTREAM_OPTIONS.has(section)));
  const seen = new Set<string>();
  return settings.flatMap((setting) => {
    if (seen.has(keyOf(setting))) return [];
    seen.add(keyOf(setting));
    return findingAbout(setting, borrowed.has(setting.section) ? { ...setting, section: 'keystone_authtoken' } : setting);
  });
}

/** `judged` is the same setting in the section that its section stands for. */
function findingAbout({ section, name, origin }: Setting, judged: Setting): readonly string[] {
  const now = RENAMED_OPTIONS.get(`${judged.section}.${name}`);
  const called = `${origin}: [${section}] ${name}`;
  if (USED.has(keyOf(now ?? judged))) return now ? [`${called} is called [${now.section}] ${now.name} now`] : [];
  if (isObeyedElsewhere(judged)) return [];
  const refusal = refusalOf({ ...judged, ...now });
  if (refusal) throw refusal;
  if (now || isReal(judged)) return [`${called} has no effect here`];
  const meant = nearestOption(judged);
  return [`${called} is not known: check its spelling${meant ? `; did you mean ${meant}?` : ''}`];
}

/** `cors.subdomain` and its like are more of `[cors]`. */
function isReal({ section, name }: Setting): boolean {
  return (
    PLUGIN_SECTIONS.has(section) ||
    UPSTREAM_OPTIONS.get(section)?.has(name) === true ||
    (section.startsWith('cors.') && UPSTREAM_OPTIONS.get('cors')?.has(name) === true)
  );
}

/** Without a reader of its own, and obeyed all the same. */
function isObeyedElsewhere({ section, name }: Setting): boolean {
  return name === 'auth_section' && (section === 'keystone_auth' || section === 'keystone_authtoken');
}

const ABOUT_TLS = /(^|_)(ssl|tls|https|certs?|cert_?file|ca_?file|cacerts?|ca|verify|key_?file|insecure)(_|$)/;

/** TLS of connections that this service does make, and that it cannot give them. */
const UNSERVED: Readonly<Record<string, string>> = {
  'oslo_messaging_rabbit.ssl_enforce_fips_mode': 'cannot be obeyed: run Node.js with --force-fips instead',
  'ssl.ca_file': 'cannot be obeyed: a proxy in front of the API can ask clients for certificates',
  'ssl.cert_file': 'is not read: the certificate of the API is [api] ssl_cert_file',
  'ssl.key_file': 'is not read: the key of the API is [api] ssl_key_file',
  'ssl.version': 'cannot be obeyed: the API speaks TLS 1.2 and 1.3',
  'ssl.ciphers': 'cannot be obeyed: run Node.js with --tls-cipher-list instead',
};

function refusalOf(setting: Setting): DomainError | undefined {
  const { section, name, value } = setting;
  if (value === '') return undefined;
  const unserved = UNSERVED[`${section}.${name}`];
  if (unserved !== undefined) return /^(false|0|off|no)$/i.test(value) ? undefined : bad(setting, unserved);
  const meant = nearestOption(setting);
  const isAboutTls = ABOUT_TLS.test(name) || (meant !== undefined && ABOUT_TLS.test(meant));
  if (isReal(setting) || !isAboutTls || !isSectionOfOurs(section)) return undefined;
  return bad(
    setting,
    `is not known${meant ? `; did you mean ${meant}?` : ''} An option about TLS that is not read would leave a connection unprotected: correct or remove it`,
  );
}

/** Also where it is misspelt by a letter or by its capitals. */
function isSectionOfOurs(section: string): boolean {
  return [...SECTIONS].some((known) => isNear(known, section));
}

function nearestOption({ section, name }: Setting): string | undefined {
  const inSection = OPTIONS.find((known) => known.section === section && isNear(known.name, name));
  if (inSection) return inSection.name;
  const elsewhere = OPTIONS.find((known) => known.name === name && isNear(known.section, section));
  return elsewhere && `[${elsewhere.section}] ${elsewhere.name}`;
}
