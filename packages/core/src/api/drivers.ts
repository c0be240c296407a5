import { getDriver, listDrivers } from '../app/drivers.js';
import type { JsonObject } from '../domain/json.js';
import type { BayDriver } from '../ports/bay-driver.js';
import { wireJson } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';
import { resourceLinks } from './http/links.js';

const COLLECTION = 'drivers';

/** What the drivers can serve, and the labels that they read: one table for validation, documentation and discovery. */
export const driverHandlers = {
  listDrivers: async (deps, call) => ({
    body: { drivers: listDrivers(deps, call.access).map((driver) => presentDriver(call, driver)) },
  }),
  getDriver: async (deps, call) => ({
    body: presentDriver(call, getDriver(deps, call.access, call.params['driver_ident'] ?? '')),
  }),
} satisfies Record<string, Handler>;

function presentDriver(call: Call, driver: BayDriver): JsonObject {
  return wireJson<'Driver'>({
    name: driver.name,
    platforms: driver.provides.map(({ serverType, distro, coe }) => ({ server_type: serverType, distro, coe })),
    labels: Object.entries(driver.labels).map(([name, rule]) => ({
      name,
      type: rule.type,
      default: rule.default ?? null,
      one_of: rule.oneOf ? [...rule.oneOf] : null,
      minimum: rule.minimum ?? null,
      maximum: rule.maximum ?? null,
      meaning: rule.meaning,
    })),
    links: [...resourceLinks(call.baseUrl, COLLECTION, driver.name)],
  });
}
