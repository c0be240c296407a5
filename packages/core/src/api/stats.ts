import { countBays } from '../app/stats.js';
import type { Handler } from './http/handler.js';

export const statsHandlers = {
  getStats: async (deps, call) => {
    const project = call.query['project_id'];
    const { bays, nodes } = await countBays(deps, call.access, typeof project === 'string' ? project : null);
    return { body: { clusters: bays, nodes } };
  },
} satisfies Record<string, Handler>;
