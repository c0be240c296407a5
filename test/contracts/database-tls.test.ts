import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, pendingDatabaseSteps } from '@magnum-ts/core';
import { startMariadb, type Mariadb } from '../../scripts/host/mariadb.mjs';
import { testAuthority } from '../support/authority.js';

const authority = testAuthority();
const [server, other] = [authority.issue('server', 'DNS:db.example.org'), testAuthority()];
const client = authority.issue('client', 'DNS:client');
let mariadb: Mariadb;

beforeAll(async () => {
  mariadb = await startMariadb({
    log: (line) => process.stdout.write(`${line}\n`),
    settings: [`--ssl-ca=${authority.ca}`, `--ssl-cert=${server.cert}`, `--ssl-key=${server.key}`],
  });
  mariadb.sql(
    "CREATE USER 'tls'@'127.0.0.1' IDENTIFIED BY 'pw' REQUIRE SSL; GRANT ALL ON magnum.* TO 'tls'@'127.0.0.1'; CREATE USER 'x509'@'127.0.0.1' IDENTIFIED BY 'pw' REQUIRE X509; GRANT ALL ON magnum.* TO 'x509'@'127.0.0.1';",
  );
}, 180_000);
afterAll(async () => {
  await mariadb.stop();
  authority.remove();
  other.remove();
});

/** Asks the database over the whole of the configuration, as `magnum-db-manage check` does. */
function check(user: string, query: string, parameters = ''): Promise<readonly string[]> {
  const connection = `mysql+pymysql://${user}:pw@127.0.0.1:${mariadb.port}/magnum${query}`;
  const content = `[database]\nconnection = ${connection}\nconnection_parameters = ${parameters}\n`;
  return pendingDatabaseSteps(loadConfig([{ name: 'magnum.conf', content }]));
}

describe('an account that must use TLS', () => {
  test.each([
    [`?ssl_ca=${authority.ca}`, ''],
    [`?charset=utf8&ssl_verify_cert=true&ssl_ca=${authority.ca}`, ''],
    ['?charset=utf8', `ssl_ca=${authority.ca}`],
    ['?ssl_verify_cert=false', ''],
  ])('is let in with %s and the parameters "%s"', async (query, parameters) => {
    expect((await check('tls', query, parameters)).length).toBeGreaterThan(0);
  });

  test('shows its certificate where one is asked for', async () => {
    const files = `?ssl_ca=${authority.ca}&ssl_cert=${client.cert}&ssl_key=${client.key}`;
    expect((await check('x509', files)).length).toBeGreaterThan(0);
    await expect(check('x509', `?ssl_ca=${authority.ca}`)).rejects.toThrow(/denied/i);
  });

  test('is refused in the clear', async () => {
    await expect(check('tls', '')).rejects.toThrow(/denied/i);
  });
});

describe('a server', () => {
  test.each([
    ['that another authority vouches for', () => `?ssl_ca=${other.ca}`, /self-signed certificate|unable to (get|verify)/],
    [
      'of an authority that this host does not trust',
      () => '?ssl_verify_cert=true',
      /self-signed certificate|unable to (get|verify)/,
    ],
    ['of another name', () => `?ssl_ca=${authority.ca}&ssl_verify_identity=true`, /altnames|IP: 127\.0\.0\.1/],
  ])('%s is not spoken to', async (_case, query, words) => {
    await expect(check('tls', query())).rejects.toThrow(words);
  });
});
