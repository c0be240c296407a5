import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { brokerLink } from './broker.js';
import { loadConfig } from '../config/config.js';
import { databaseArguments } from './database-url.js';
import { startWarnings } from './start-checks.js';

const folder = mkdtempSync(join(tmpdir(), 'magnum-tls-'));
const pem = (name: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`);
  return file;
};
const [ca, cert, key] = [pem('ca.pem'), pem('c.pem'), pem('k.pem')];
afterAll(() => rmSync(folder, { recursive: true }));

const load = (content: string) => loadConfig([{ name: 'f.conf', content }]);
const database = (query: string, parameters = '') =>
  databaseArguments(load(`[database]\nconnection = mysql+pymysql://u:p@h/d${query}\nconnection_parameters = ${parameters}`));

describe('arguments of the database URL', () => {
  test('without any about TLS the server is spoken to in the clear', () => {
    expect(database('?charset=utf8').tls).toBeUndefined();
    expect(database('').tls).toBeUndefined();
    expect(database('?ssl_mode=DISABLED').tls).toBeUndefined();
  });

  test.each([
    [`?ssl_ca=${ca}`, '', { rejectUnauthorized: true, verifyIdentity: false, ca: expect.stringContaining('ca.pem') }],
    ['?ssl_verify_cert=true', '', { rejectUnauthorized: true, verifyIdentity: false }],
    [`?charset=utf8&ssl_verify_cert=true&ssl_ca=${ca}`, '', { rejectUnauthorized: true, ca: expect.any(String) }],
    [`?ssl_ca=${ca}&ssl_verify_identity=true`, '', { rejectUnauthorized: true, verifyIdentity: true }],
    [`?ssl_ca=${ca}&ssl_check_hostname=1`, '', { verifyIdentity: true }],
    [
      `?ssl_ca=${ca}&ssl_cert=${cert}&ssl_key=${key}`,
      '',
      { cert: expect.stringContaining('c.pem'), key: expect.stringContaining('k.pem') },
    ],
    ['?ssl_mode=VERIFY_IDENTITY', '', { rejectUnauthorized: true, verifyIdentity: true }],
    ['?ssl=true', '', { rejectUnauthorized: true }],
    ['', `ssl_ca=${ca}`, { rejectUnauthorized: true, ca: expect.any(String) }],
  ])('%s with the parameters "%s" speak TLS and verify', (query, parameters, wanted) => {
    expect(database(query, parameters).tls).toMatchObject(wanted);
  });

  test('a certificate that is not verified is warned of', () => {
    const config = load(`[database]\nconnection = mysql://u:p@h/d?ssl_ca=${ca}&ssl_verify_cert=false`);
    expect(startWarnings(config).join()).toContain('the certificate of the database is not verified');
  });

  test.each([
    ['?ssl_ca=/nonexist.pem', '[database] connection: ssl_ca: /nonexist.pem cannot be read (ENOENT)'],
    ['?ssl_ca=/etc/hostname', 'holds nothing in the form of PEM'],
    ['?ssl_verify_cert=maybe', 'the argument ssl_verify_cert must be true or false'],
    [`?ssl=false&ssl_ca=${ca}`, 'leave out the one or the others'],
    ['?ssl_mode=SOMETIMES', 'must be one of DISABLED'],
    ['?charset=latin1', 'must be utf8mb4'],
    ['?connect_timeout=soon', 'whole number of seconds'],
  ])('%s is refused, naming the argument', (query, words) => {
    expect(() => database(query)).toThrow(words);
  });

  test('a socket and a time to connect are read', () => {
    expect(database('?unix_socket=/run/mysqld/mysqld.sock&connect_timeout=7')).toEqual({
      socketPath: '/run/mysqld/mysqld.sock',
      connectTimeoutMs: 7_000,
    });
  });
});

describe('TLS with the broker', () => {
  const link = (content: string) => brokerLink(load(content), 'DEFAULT');

  test('is asked for by the section, or by arguments of the URL, which win', () => {
    const bySection = link(
      `[DEFAULT]\ntransport_url = rabbit://u:p@h/\n[oslo_messaging_rabbit]\nssl = true\nssl_ca_file = ${ca}`,
    );
    expect(bySection).toMatchObject({
      brokers: [{ protocol: 'amqps', port: 5671 }],
      tls: { ca: expect.stringContaining('ca.pem') },
    });
    const byUrl = link(`[DEFAULT]\ntransport_url = rabbit://u:p@h:5671//v?ssl=1&ssl_version=TLSv1_2&ssl_ca_file=${cert}`);
    expect(byUrl).toMatchObject({
      brokers: [{ protocol: 'amqps', vhost: '/v' }],
      tls: { ca: expect.stringContaining('c.pem'), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
    });
    expect(link('[DEFAULT]\ntransport_url = rabbit://u:p@h/?ssl=0\n[oslo_messaging_rabbit]\nssl = true').tls).toBeUndefined();
    expect(link('[DEFAULT]\ntransport_url = rabbit://h/\n[oslo_messaging_rabbit]\nrabbit_use_ssl = true').tls).toEqual({});
  });

  test('may leave the name of the broker out of it', () => {
    const { tls } = link(
      '[DEFAULT]\ntransport_url = rabbit://h/\n[oslo_messaging_rabbit]\nssl = true\nssl_enforce_hostname_verification = false',
    );
    expect(tls?.checkServerIdentity?.()).toBeUndefined();
    expect(tls).toHaveProperty('checkServerIdentity');
  });

  test.each([
    ['ssl = true\nssl_ca_file = /nonexist.pem', '[oslo_messaging_rabbit] ssl_ca_file: /nonexist.pem cannot be read (ENOENT)'],
    ['ssl = true\nssl_version = SSLv3', 'must be TLSv1_2, TLSv1_3'],
  ])('%j is refused', (lines, words) => {
    expect(() => link(`[DEFAULT]\ntransport_url = rabbit://h/\n[oslo_messaging_rabbit]\n${lines}`)).toThrow(words);
  });
});

describe('files for TLS beside a switch', () => {
  test.each(['[api]\nssl_cert_file = c.pem', '[oslo_messaging_rabbit]\nssl_ca_file = ca.pem'])(
    'that were never changed stop the start: %j',
    (content) => {
      expect(() => startWarnings(load(content))).toThrow(/= true to speak TLS/);
    },
  );

  test('that says no are named', () => {
    const said = startWarnings(load('[oslo_messaging_rabbit]\nssl = false\nssl_ca_file = ca.pem'));
    expect(said).toEqual(['[oslo_messaging_rabbit] ssl_ca_file: no effect while ssl = false: this connection is not protected']);
  });
});
