import { expect, test } from 'vitest';
import { driverRegistry } from './driver-registry.js';
import { aBayModel } from '../testing/builders.js';

const MODEL = { ...aBayModel({ clusterDistro: 'debian', coe: 'swarm-mode', driver: null }), sequence: 1 };
const [usual] = driverRegistry(false).drivers();
const name = usual?.name ?? '';

test('a disabled driver is not listed and makes nothing new, and serves what it has made', () => {
  const engines = driverRegistry(false, { preferred: null, disabled: new Set([name, 'k8s_fedora_coreos_v1']) });
  expect(engines.drivers().map((driver) => driver.name)).not.toContain(name);
  const driver = engines.driverOf({ ...MODEL, driver: name });
  expect(driver.name).toBe(name);
  expect(() => engines.requireEnabled(driver)).toThrow(`Driver ${name} is disabled in this cloud ([drivers] disabled_drivers)`);
  expect(() => driverRegistry(false).requireEnabled(driver)).not.toThrow();
});

test.each([name, 'k8s_fedora_coreos_v1'])(
  'a model that names no driver gets one that serves its platform, with the default %s',
  (preferred) => {
    expect(driverRegistry(false, { preferred, disabled: new Set() }).driverOf(MODEL).name).toBe(name);
  },
);
