import { coeNamed, coes, driverFor } from './coe/index.js';
import type { Engines } from './conductor/world.js';
import { DomainError } from './domain/errors.js';
import type { BayModel } from './domain/bay-model.js';
import type { BayDriver, Coe } from './ports/bay-driver.js';

/** The registry of engines as app and conductor use it. `liveServers` false: there is nothing to connect to, and the error says so. */
export function enginesOf(liveServers: boolean): Engines {
  return {
    areLive: liveServers,
    driverOf: (model) => driverOf(model),
    drivers: () => coes.flatMap((coe) => coe.drivers),
    clientFiles: (model, access) => coeOf(model).clientFiles(access),
    connect: (model, input) => {
      if (!liveServers) {
        throw new DomainError(
          'engine-not-live',
          'The servers of this bay are simulated: no engine runs in them. Start the service with a Docker Engine to have real nodes.',
        );
      }
      return coeOf(model).connect(input);
    },
  };
}

function coeOf(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe'>): Coe {
  const coe = coeNamed(model.coe);
  if (!coe) throw unsupported(model);
  return coe;
}

function driverOf(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe' | 'driver'>): BayDriver {
  const driver =
    (model.driver === null ? undefined : driverFor(model.driver)) ??
    driverFor({ serverType: model.serverType, distro: model.clusterDistro ?? 'unset', coe: model.coe });
  if (driver?.provides.some((platform) => platform.coe === model.coe && platform.serverType === model.serverType)) return driver;
  throw unsupported(model);
}

function unsupported(model: Pick<BayModel, 'serverType' | 'clusterDistro' | 'coe'>): DomainError {
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
  return coes.flatMap((coe) => coe.drivers).flatMap(({ name, provides }) => provides.map((platform) => ({ name, ...platform })));
}
