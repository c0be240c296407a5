import type * as Library from '@kubernetes/client-node';
import type {
  AppsV1Api,
  Configuration,
  CoreV1Api,
  SecurityAuthentication,
  StorageV1Api,
  VersionApi,
} from '@kubernetes/client-node';
import type { Bounds } from '../../../http/bounded-http.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { agentFor } from './agents.js';
import { transportWithin } from './transport.js';

/** A client for bounded calls to one part of the API. The library is loaded when it is first needed: it takes a second of processor time. */
export type ConnectionTo<Api> = (bounds: Bounds) => Promise<Api>;
export type Connection = ConnectionTo<CoreV1Api>;

/** The parts of the API that sessions use. */
export interface Connections {
  readonly core: Connection;
  readonly apps: ConnectionTo<AppsV1Api>;
  readonly storage: ConnectionTo<StorageV1Api>;
  readonly version: ConnectionTo<VersionApi>;
}

export function connectionsTo(input: ConnectInput): Connections {
  return {
    core: connectionTo(input, ({ CoreV1Api }) => CoreV1Api),
    apps: connectionTo(input, ({ AppsV1Api }) => AppsV1Api),
    storage: connectionTo(input, ({ StorageV1Api }) => StorageV1Api),
    version: connectionTo(input, ({ VersionApi }) => VersionApi),
  };
}

function connectionTo<Api>(
  { endpoint, guard }: ConnectInput,
  classIn: (library: typeof Library) => new (configuration: Configuration) => Api,
): ConnectionTo<Api> {
  return async (bounds) => {
    const library = await import('@kubernetes/client-node');
    const certificates: SecurityAuthentication = {
      getName: () => 'certificates',
      applySecurityAuthentication: (context) => context.setAgent(agentFor(endpoint)),
    };
    const baseServer = new library.ServerConfiguration(endpoint.url.replace(/\/+$/, ''), {});
    const httpApi = await transportWithin(guard, bounds);
    const configuration = library.createConfiguration({ baseServer, httpApi, authMethods: { default: certificates } });
    return new (classIn(library))(configuration);
  };
}
