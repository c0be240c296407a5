import { isWithin } from '@magnum-ts/openapi';
import { resizeBay } from '../app/resize.js';
import { upgradeBay } from '../app/upgrade.js';
import { DomainError } from '../domain/errors.js';
import { checkOf, etagOfBay } from './http/etag.js';
import { bodyOf, numberField, textField, textsField } from './http/fields.js';
import type { Call, Handler } from './http/handler.js';

/** Routes 7 and 8 of docs/contract/endpoints.md#clusters. */
export const clusterActionHandlers = {
  resizeCluster: async (deps, call) => {
    const body = bodyOf(call);
    const wanted = {
      nodeCount: numberField(body, 'node_count') ?? 0,
      removeFirst: textsField(body, 'nodes_to_remove') ?? [],
      group: textField(body, 'nodegroup'),
    };
    const accepted = await resizeBay(deps, call.access, identOf(call), wanted, checkOf(call));
    return { body: { uuid: accepted.bayId }, etag: etagOfBay(accepted) };
  },
  upgradeCluster: async (deps, call) => {
    if (isWithin(call.version, '1.7', '1.7'))
      throw new DomainError(
        'not-supported',
        'Upgrading a cluster needs API version 1.8 or later. Send it in OpenStack-API-Version.',
      );
    const body = bodyOf(call);
    const wanted = {
      bayModel: textField(body, 'cluster_template') ?? '',
      maxBatchSize: numberField(body, 'max_batch_size') ?? 1,
      group: textField(body, 'nodegroup'),
      check: checkOf(call),
    };
    const accepted = await upgradeBay(deps, call.access, identOf(call), wanted, call.signal());
    return { body: { uuid: accepted.bayId }, warnings: accepted.warnings, etag: etagOfBay(accepted) };
  },
} satisfies Record<string, Handler>;

function identOf(call: Call): string {
  return call.params['cluster_ident'] ?? '';
}
