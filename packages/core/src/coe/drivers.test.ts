import { describe, expect, test } from 'vitest';
import { coes, driverFor, findCoe } from './index.js';
import { driverContract } from './shared/testing/driver-contract.test-support.js';

const drivers = coes.flatMap((coe) => coe.drivers);

describe('the registry', () => {
  test('finds an engine by each of its names, and no name belongs to two', () => {
    for (const coe of coes) for (const name of coe.names) expect(findCoe(name)).toBe(coe);
    const names = coes.flatMap((coe) => coe.names);
    expect(names).toEqual([...new Set(names)]);
  });

  test('finds a driver by its name and by each platform, and no platform belongs to two', () => {
    expect(drivers).not.toEqual([]);
    for (const driver of drivers) {
      expect(driverFor(driver.name)).toBe(driver);
      for (const platform of driver.provides) expect(driverFor(platform)).toBe(driver);
    }
  });

  test('has each driver under the engine of its platforms', () => {
    for (const coe of coes)
      for (const { provides, name } of coe.drivers)
        for (const platform of provides) expect(coe.names, name).toContain(platform.coe);
  });
});

for (const driver of drivers) driverContract(driver);
