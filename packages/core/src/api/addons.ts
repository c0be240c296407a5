import { getAddons } from '../app/addons.js';
import type { Handler } from './http/handler.js';
import { resourceLinks } from './http/links.js';

/** Route of the nodes: docs/api.md. */
export const addonHandlers = {
  getAddons: async (deps, call) => {
    const { bayId, addons } = await getAddons(deps, call.access, {
      bay: call.params['cluster_ident'] ?? '',
      fillsAccount: call.query['fills_account'] === true,
    });
    const links = [...resourceLinks(call.baseUrl, 'addons', bayId)];
    return {
      body: { cluster_uuid: bayId, addons: addons.map((addon) => ({ ...addon })), links },
    };
  },
} satisfies Record<string, Handler>;
