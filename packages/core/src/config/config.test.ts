import { describe, expect, test } from 'vitest';
import { loadConfig } from './config.js';

const from = (content: string, environment: Record<string, string> = {}) =>
  loadConfig([{ name: 'magnum.conf', content }], environment);

describe('the configuration', () => {
  test('reads what upstream writes: comments, continued lines, repeated names, quotes, substitution', () => {
    const config = from(`
# a comment
[DEFAULT]
; another
transport_url = rabbit://openstack:s3cret@controller:5672/
host=node-1
[api]
host = 0.0.0.0
port: 9512
[database]
name = magnum
connection = mysql+pymysql://magnum:pa$$word@db/$name?charset=utf8
[x509]
allowed_key_usage = Digital Signature,
   Key Encipherment
[keystone_authtoken]
www_authenticate_uri = http://controller:5000/v3
`);
    expect(config.sections.DEFAULT.host).toBe('node-1');
    expect(config.sections.api.port).toBe(9512);
    expect(config.sections.database.connection).toBe('mysql+pymysql://magnum:pa$word@db/magnum?charset=utf8');
    expect(config.sections.x509.allowed_key_usage).toEqual(['Digital Signature', 'Key Encipherment']);
    expect(config.warnings).toEqual(['magnum.conf:11: [database] name is not known: check its spelling']);
  });

  test('later files win over earlier ones, and the environment over files', () => {
    const config = loadConfig(
      [
        { name: 'a', content: '[api]\nport=1\nmax_limit=5' },
        { name: 'b', content: '[api]\nport=2' },
      ],
      { OS_API__MAX_LIMIT: '7' },
    );
    expect([config.sections.api.port, config.sections.api.max_limit]).toEqual([2, 7]);
    expect(config.describe()).toContain('api.max_limit = 7  # environment OS_API__MAX_LIMIT');
    expect(config.describe()).toContain('api.port = 2  # b:2');
    expect(config.describe()).toContain('api.host = 127.0.0.1  # default');
  });

  test('never shows a secret, and shows where it came from', () => {
    const config = from(
      '[DEFAULT]\ntransport_url=rabbit://a:hunter2@h1:5672,b:hunter3@h2:5672/v\n[database]\nconnection=mysql://u:hunter4@h/d\n[embedded]\nadmin_password=hunter5',
    );
    const shown = config.describe().join('\n');
    expect(shown).not.toContain('hunter');
    expect(shown).toContain('DEFAULT.transport_url = rabbit://a:****@h1:5672,b:****@h2:5672/v  # magnum.conf:2');
    expect(shown).toContain('embedded.admin_password = ****');
  });

  test('says which settings have no effect, and which are misspelt', () => {
    const { warnings } = from('[api]\nworkers = 4\nprot = 1\n[nonsense]\nx = 1');
    expect(warnings).toEqual([
      'magnum.conf:2: [api] workers has no effect here',
      'magnum.conf:3: [api] prot is not known: check its spelling; did you mean port?',
      'magnum.conf:5: [nonsense] x is not known: check its spelling',
    ]);
  });

  test.each([
    ['[api]\nport = nine', '[api] port must be a whole number'],
    ['[api]\nport = 70000', 'must be at most 65535'],
    ['[x509]\nallow_ca = maybe', 'must be true or false'],
    ['[api]\nthis is no setting', 'magnum.conf:2: expected'],
    ['[api]\nhost = $host', 'refers to itself'],
  ])('%j is refused, with file and line', (content, words) => {
    expect(() => from(content)).toThrow(words);
  });
});
