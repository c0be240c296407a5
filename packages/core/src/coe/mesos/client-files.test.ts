import { expect, test } from 'vitest';
import { Secret } from '../../domain/secret.js';
import { clientFiles } from './client-files.js';

const identity = { ca: 'CA\n', certificate: 'CERTIFICATE', key: new Secret('KEY') };

test('clients get both URLs, and a folder with what TLS needs', () => {
  expect(clientFiles({ name: 'm', address: '192.0.2.7', identity })).toEqual({
    files: { 'ca.pem': 'CA\n', 'cert.pem': 'CERTIFICATE\n', 'key.pem': 'KEY\n' },
    environment: { MESOS_URL: 'https://192.0.2.7:5050', MARATHON_URL: 'https://192.0.2.7:8080' },
    places: { MESOS_CERT_PATH: '' },
  });
});

test('without TLS there are two URLs, also at an address of IPv6', () => {
  expect(clientFiles({ name: 'm', address: '2001:db8::7', identity: null })).toEqual({
    files: {},
    environment: { MESOS_URL: 'http://[2001:db8::7]:5050', MARATHON_URL: 'http://[2001:db8::7]:8080' },
    places: {},
  });
});
