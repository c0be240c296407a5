import { isDomainError } from '../../../domain/errors.js';
import type { JsonObject } from '../../../domain/json.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { textIn, type OperatorApi } from './operator-api.js';

type MasterNode = ConnectInput['nodes'][number];

export interface Master extends MasterNode {
  /** It answers, and its copy of the registry has all that a majority agreed on. */
  readonly isReady: boolean;
  readonly isLeader: boolean;
  readonly version: string | null;
}

/** What each master says of itself, of the nodes that the bay should have. One that does not answer is not ready. */
export async function listMasters(api: OperatorApi, { nodes }: ConnectInput, signal: AbortSignal): Promise<readonly Master[]> {
  const masters = nodes.filter(({ role }) => role === 'master');
  return Promise.all(
    masters.map(async (node) => {
      const [metrics, version] = await Promise.all([
        unlessSilent(api.ofMaster(node, '/metrics/snapshot', signal)),
        unlessSilent(api.ofMaster(node, '/version', signal)),
      ]);
      return {
        ...node,
        isReady: metrics?.['registrar/log/recovered'] === 1,
        isLeader: metrics?.['master/elected'] === 1,
        version: (version && textIn(version, 'version')) ?? null,
      };
    }),
  );
}

async function unlessSilent(answer: Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isDomainError(error, 'engine-unavailable') || isDomainError(error, 'engine-failed')) return undefined;
    throw error;
  }
}

/**
 * Names of masters whose Marathon does not answer. Where an image has no Marathon its gateway is not there either, and the
 * port refuses connections: that is a cluster without Marathon, and no fault.
 */
export async function silentMarathons(
  api: OperatorApi,
  { masters, port }: { readonly masters: readonly Master[]; readonly port: number },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = masters.filter(({ isReady }) => isReady);
  const answers = await Promise.all(
    asked.map(async ({ name, address }) => {
      const place = { where: `Marathon on ${name}`, host: address, port };
      try {
        return (await api.status(place, '/ping', signal)) === 200;
      } catch (error) {
        signal.throwIfAborted();
        if (!isDomainError(error)) throw error;
        return isRefusedConnection(error.cause);
      }
    }),
  );
  return asked.flatMap(({ name }, index) => (answers[index] === true ? [] : [name]));
}

function isRefusedConnection(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED';
}
