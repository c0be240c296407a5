import { listMagnumServices } from '../app/magnum-services.js';
import { serviceState } from '../domain/magnum-service.js';
import type { Handler } from './http/handler.js';
import { wireTime, wireTimeOrNull } from './http/links.js';

export const magnumServiceHandlers = {
  listMagnumServices: async (deps, call) => {
    const now = deps.clock.now();
    const services = await listMagnumServices(deps, call.access);
    return {
      body: {
        mservices: services.map((service) => ({
          id: service.id,
          host: service.host,
          binary: service.binary,
          state: serviceState(service, now),
          report_count: service.reportCount,
          disabled: service.disabled,
          disabled_reason: service.disabledReason,
          created_at: wireTime(service.createdAt),
          updated_at: wireTimeOrNull(service.updatedAt),
        })),
      },
    };
  },
} satisfies Record<string, Handler>;
