import { coes } from '../coe/index.js';
import type { Config } from '../config/config.js';
import type { DriverChoice } from './driver-registry.js';
import type { Platform } from '../ports/platform.js';

/** `[drivers] disabled_drivers` and `default_driver`. A name that no driver of this release has is named in the log: it does nothing. */
export function driverChoice({ logger }: Platform, config: Config): DriverChoice {
  const known = coes.flatMap((coe) => coe.drivers).map(({ name }) => name);
  const preferred = config.sections.drivers.default_driver;
  const disabled = config.sections.drivers.disabled_drivers;
  const tell = (option: string, driver: string): void =>
    logger.warn('no driver of this release has the name that is configured', { option: `[drivers] ${option}`, driver, known });
  if (preferred !== null && !known.includes(preferred)) tell('default_driver', preferred);
  for (const name of disabled.filter((one) => !known.includes(one))) tell('disabled_drivers', name);
  return { preferred, disabled: new Set(disabled) };
}
