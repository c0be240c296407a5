import type { BayDriver, Coe, BayType } from '../ports/bay-driver.js';
import type { CoeName } from '../domain/bay-model.js';
import { kubernetes } from './kubernetes/coe.js';
import { mesos } from './mesos/coe.js';
import { swarm } from './swarm/coe.js';

/** Every engine that there is: adding one is a folder and a line. */
export const coes: readonly Coe[] = [swarm, kubernetes, mesos];

/** The driver of that name, or the first one that serves the platform; undefined when there is none. */
export function driverFor(wanted: BayType | string): BayDriver | undefined {
  const drivers = coes.flatMap((coe) => coe.drivers);
  if (typeof wanted === 'string') return drivers.find((driver) => driver.name === wanted);
  return drivers.find((driver) =>
    driver.provides.some(
      (platform) => platform.serverType === wanted.serverType && platform.distro === wanted.distro && platform.coe === wanted.coe,
    ),
  );
}

export function findCoe(name: CoeName): Coe | undefined {
  return coes.find((coe) => coe.names.includes(name));
}
