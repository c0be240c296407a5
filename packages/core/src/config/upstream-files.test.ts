import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from './config.js';
import { parseIni } from './ini.js';
import { OPTIONS } from './options.js';
import { UPSTREAM_OPTIONS } from './upstream-options.js';

const content = (name: string): string => readFileSync(new URL(`fixtures/${name}.conf`, import.meta.url), 'utf8');
const load = (text: string, environment: Record<string, string> = {}) =>
  loadConfig([{ name: 'f.conf', content: text }], environment);
const used = new Set(OPTIONS.map(({ section, name }) => `[${section}] ${name}`));

describe.each(['upstream-sample', 'kolla-ansible', 'openstack-ansible'])('the file %s', (name) => {
  const config = load(content(name));

  test('is taken: no option in it is called misspelt', () => {
    expect(config.warnings.filter((warning) => /spelling|not known/.test(warning))).toEqual([]);
  });

  test('has every option either obeyed, or named once as without effect', () => {
    const settings = new Set(
      parseIni(content(name), 'f.conf').map((setting) => `[${setting.section}] ${setting.name.replaceAll('-', '_')}`),
    );
    settings.delete('[keystone_auth] auth_section');
    expect(settings.size).toBeGreaterThan(50);
    for (const setting of settings) {
      const named = config.warnings.filter((warning) => warning.endsWith(`: ${setting} has no effect here`));
      expect(named, setting).toHaveLength(used.has(setting) ? 0 : 1);
    }
  });
});

test('every option of upstream that is read here is one of upstream by its name, too, or one of this service alone', () => {
  const own = OPTIONS.filter(({ section, name }) => !UPSTREAM_OPTIONS.get(section)?.has(name)).map(
    ({ section, name }) => `${section}.${name}`,
  );
  expect(own).not.toContain('trust.trustee_keystone_interface');
  expect(own).toContain('vault.key_file');
});

describe('sections of libraries', () => {
  test('have what is misspelt in them named, and what has no effect', () => {
    expect(
      load(
        '[keystone_authtoken]\npasswrod = x\nmemcached_servers = a:1\nservice_token_roles_required = true\n[cors]\nallowed_orign = *\n[healthcheck]\ndetailed = true\n[cors.subdomain]\nmax_age = 1\n[capi_helm]\nanything = 1',
      ).warnings,
    ).toEqual([
      'f.conf:2: [keystone_authtoken] passwrod is not known: check its spelling; did you mean password?',
      'f.conf:3: [keystone_authtoken] memcached_servers has no effect here',
      'f.conf:4: [keystone_authtoken] service_token_roles_required has no effect here',
      'f.conf:6: [cors] allowed_orign is not known: check its spelling; did you mean allowed_origin?',
      'f.conf:8: [healthcheck] detailed has no effect here',
      'f.conf:10: [cors.subdomain] max_age has no effect here',
      'f.conf:12: [capi_helm] anything has no effect here',
    ]);
  });

  test('and variables of the environment likewise', () => {
    expect(load('', { OS_API__WORKERS: '2', OS_API__PROT: '1', OS_AUTH_URL: 'x' }).warnings).toEqual([
      'environment OS_API__WORKERS: [api] workers has no effect here',
      'environment OS_API__PROT: [api] prot is not known: check its spelling; did you mean port?',
    ]);
  });
});

describe('earlier names', () => {
  test('count as the names of today, which win where both stand', () => {
    const config = load(
      '[oslo_messaging_rabbit]\nrabbit_use_ssl = true\nkombu_ssl_ca_certs = /ca.pem\nkombu_ssl_certfile = /c.pem\nssl_cert_file = /new.pem\nkombu_ssl_keyfile = /k.pem\n[DEFAULT]\nsql_connection = sqlite:////x\nnotification_driver = log\nlogdir = /var/log/magnum\n[keystone_authtoken]\nauth_uri = https://k\ntenant_name = services',
    );
    expect(config.sections.oslo_messaging_rabbit.ssl).toBe(true);
    expect(config.sections.oslo_messaging_rabbit.ssl_ca_file).toBe('/ca.pem');
    expect(config.sections.oslo_messaging_rabbit.ssl_cert_file).toBe('/new.pem');
    expect(config.sections.oslo_messaging_rabbit.ssl_key_file).toBe('/k.pem');
    expect(config.sections.database.connection).toBe('sqlite:////x');
    expect(config.sections.oslo_messaging_notifications.driver).toEqual(['log']);
    expect(config.sections.DEFAULT.log_dir).toBe('/var/log/magnum');
    expect(config.sections.keystone_authtoken.www_authenticate_uri).toBe('https://k');
    expect(config.sections.keystone_authtoken.project_name).toBe('services');
    expect(config.warnings[0]).toBe('f.conf:2: [oslo_messaging_rabbit] rabbit_use_ssl is called [oslo_messaging_rabbit] ssl now');
  });

  test('auth_section names the section that holds a login', () => {
    const config = load(
      '[keystone_auth]\nauth_section = shared\n[keystone_authtoken]\nauth_section = shared\n[shared]\nauth_url = https://k\nusername = magnum\npasswrod = x',
    );
    expect(config.sections.keystone_auth.username).toBe('magnum');
    expect(config.sections.keystone_authtoken.auth_url).toBe('https://k');
    expect(config.warnings).toEqual(['f.conf:8: [shared] passwrod is not known: check its spelling; did you mean password?']);
  });
});

describe('values', () => {
  test('an empty text is as good as absent; a list it makes empty', () => {
    const config = load('[keystone_auth]\ncafile =\n[api]\nport =\nhost =\n[DEFAULT]\ndebug =\n[x509]\nallowed_extensions =');
    expect(config.sections.keystone_auth.cafile).toBeNull();
    expect(config.sections.api.port).toBe(9511);
    expect(config.sections.api.host).toBe('127.0.0.1');
    expect(config.sections.DEFAULT.debug).toBe(false);
    expect(config.sections.x509.allowed_extensions).toEqual([]);
    expect(config.isSet('keystone_auth', 'cafile')).toBe(false);
  });

  test.each([
    ['driver =', []],
    ['driver = log', ['log']],
    ['driver = messagingv2\ndriver = log', ['messagingv2', 'log']],
    ['driver = messaging, log', ['messaging', 'log']],
    ['driver = noop', ['noop']],
  ])('%j is the list %j', (lines, drivers) => {
    expect(load(`[oslo_messaging_notifications]\n${lines}`).sections.oslo_messaging_notifications.driver).toEqual(drivers);
  });
});

describe('TLS', () => {
  test.each([
    ['[oslo_messaging_rabbit]\nsll_ca_file = x', 'did you mean ssl_ca_file'],
    ['[oslo_messaging_rabbit]\nverify_broker = true', 'would leave a connection unprotected'],
    ['[oslo_messaging_rabbit]\nssl_enforce_fips_mode = true', '--force-fips'],
    ['[API]\nenabled_ssl = true', 'did you mean [api] enabled_ssl'],
    ['[keystone_authtoken]\ncafiel = x', 'did you mean cafile'],
    ['[ssl]\ncert_file = x', '[api] ssl_cert_file'],
    ['[database]\nconnection = mysql://u:hunter2@h/d?ssl_capath=/x', '"ssl_capath" is not known'],
    ['[database]\nconnection_parameters = ssl_cas=/x', 'did you mean ssl_ca?'],
    ['[DEFAULT]\ntransport_url = rabbit://u:hunter2@h/?ssl_cafile=/x', 'did you mean ssl_ca_file?'],
  ])('a setting about it that is not read stops the start: %j', (text, words) => {
    expect(() => load(text)).toThrow(words);
    expect(() => load(text)).not.toThrow('hunter2');
  });

  test('other arguments of URLs are named', () => {
    expect(
      load(
        '[database]\nconnection = mysql://u:p@h/d?charset=utf8&read_timeout=3&chrset=x\n[DEFAULT]\ntransport_url = rabbit://h/?heartbeat_rate=2&foo=1',
      ).warnings,
    ).toEqual([
      '[database] connection: the argument "read_timeout" has no effect here',
      '[database] connection: the argument "chrset" is not known: check its spelling; did you mean charset?',
      '[DEFAULT] transport_url: the argument "heartbeat_rate" has no effect here',
      '[DEFAULT] transport_url: the argument "foo" is not known: check its spelling',
    ]);
  });

  test.each([
    ['[keystone_authtoken]\ninsecure = true', '[keystone_authtoken] insecure = true'],
    ['[heat_client]\ninsecure = yes', '[heat_client] insecure = true'],
    ['[drivers]\nverify_ca = false', '[drivers] verify_ca = false'],
    ['[oslo_messaging_rabbit]\nssl_enforce_hostname_verification = no', 'ssl_enforce_hostname_verification = false'],
  ])('that verifies nothing is warned of: %j', (text, words) => {
    expect(load(text).warnings.join()).toContain(words);
    expect(load(text).warnings.join()).toContain('certificates are not verified');
  });
});
