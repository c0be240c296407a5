import { findCoe, coes, driverFor } from '../coe/index.js';
import type { DriverRegistry } from '../conductor/deps.js';
import { DomainError } from '../domain/errors.js';
import type { Labels } from '../domain/labels.js';
import type { AddressGuard } from '../http/address-guard.js';
import type { BayModel } from '../domain/bay-model.js';
import type { BayDriver, Coe, BayType } from '../ports/bay-driver.js';

/** What the operator has said of the drivers. */
export interface DriverChoice {
  /** Of those that serve a platform, this one where neither the caller nor the image names one. */
  readonly preferred: string | null;
  /** Nothing new is made with them; bays that they have made are served as before. */
  readonly disabled: ReadonlySet<string>;
}

export const EVERY_DRIVER: DriverChoice = { preferred: null, disabled: new Set() };

/** Where no address is allowed by name, none is connected to. */
const NO_ADDRESS: AddressGuard = {
  requireAllowed: () => Promise.reject(new DomainError('engine-not-live', 'This service connects to no engine.')),
};

/** The registry of engines as app and conductor use it. `liveServers` false: there is nothing to connect to, and the error says so. */
export function driverRegistry(
  liveServers: boolean,
  choice: DriverChoice = EVERY_DRIVER,
  guard: AddressGuard = NO_ADDRESS,
): DriverRegistry {
  return {
    areLive: liveServers,
    driverOf: (model) => driverOf(model, choice),
    drivers: () => allDrivers().filter(({ name }) => !choice.disabled.has(name)),
    secretNames: () => [...new Set(allDrivers().flatMap(({ secrets = [] }) => secrets.map(({ name }) => name)))],
    requireEnabled: ({ name }) => {
      if (choice.disabled.has(name)) throw disabledDriver(name);
    },
    driverNames: findCoe,
    adminSubject: (model) => coeOf(model).adminSubject,
    clientFiles: (model, access) => coeOf(model).clientFiles(access),
    endpointAt: (model, address) => driverOf(model, choice).endpointAt(address),
    connect: (model, input) => {
      if (!liveServers) {
        throw new DomainError(
          'engine-not-live',
          'The servers of this bay are simulated: no engine runs in them. Start the service with a Docker Engine to have real nodes.',
        );
      }
      return coeOf(model).connect({ ...input, guard });
    },
  };
}

function coeOf(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe'>): Coe {
  const coe = findCoe(model.coe);
  if (!coe) throw unsupportedType(model);
  return coe;
}

function driverOf(
  model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe' | 'driver'>,
  { preferred }: DriverChoice,
): BayDriver {
  const platform = { serverType: model.serverType, distro: model.clusterDistro ?? 'unset', coe: model.coe };
  const driver =
    (model.driver === null ? undefined : driverFor(model.driver)) ?? preferredFor(platform, preferred) ?? driverFor(platform);
  if (driver?.provides.some((platform) => platform.coe === model.coe && platform.serverType === model.serverType)) return driver;
  throw unsupportedType(model);
}

function preferredFor(wanted: BayType, name: string | null): BayDriver | undefined {
  const driver = name === null ? undefined : driverFor(name);
  const serves = driver?.provides.some(
    ({ serverType, distro, coe }) => serverType === wanted.serverType && distro === wanted.distro && coe === wanted.coe,
  );
  return serves ? driver : undefined;
}

function disabledDriver(name: string): DomainError {
  return new DomainError('driver-not-supported', {
    field: 'driver',
    message: `Driver ${name} is disabled in this cloud ([drivers] disabled_drivers): nothing new is made with it. What it has made can be changed and deleted.`,
  });
}

function allDrivers(): readonly BayDriver[] {
  return coes.flatMap((coe) => coe.drivers);
}

function unsupportedType(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe'>): DomainError {
  return new DomainError('bay-type-not-supported', {
    field: 'coe',
    message: ({ Bay }) =>
      `${Bay} type (${model.serverType}, ${model.clusterDistro ?? 'unset'}, ${model.coe}) not supported: no driver serves this server type, image distribution and engine together.`,
  });
}

/** Every driver with what it makes bays of, one entry for each platform. */
export function driverPlatforms(): readonly {
  readonly name: string;
  readonly serverType: string;
  readonly distro: string;
  readonly coe: string;
}[] {
  return allDrivers().flatMap(({ name, provides }) => provides.map((platform) => ({ name, ...platform })));
}

/**
 * Every container image that the nodes of a bay of that driver pull, for its labels (`kube_tag`, `container_infra_prefix` and so on). Errors:
 * `invalid-parameter` for a driver that is not there, and for one whose images are not known.
 */
export function driverImages(name: string, labels: Labels): readonly string[] {
  const driver = coes.flatMap((coe) => coe.drivers).find((one) => one.name === name);
  const known = coes.flatMap((coe) => coe.drivers).filter(({ images }) => images);
  if (driver?.images) return driver.images(labels);
  throw new DomainError('invalid-parameter', {
    field: 'driver',
    message: `${name} is none whose images are known; they are ${known.map((one) => one.name).join(', ')}`,
  });
}
