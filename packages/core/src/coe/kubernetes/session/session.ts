import type { CoreV1Api, SecurityAuthentication } from '@kubernetes/client-node';
import type { CoeSession, ConnectInput } from '../../../ports/bay-driver.js';
import type { Bounds } from '../../../http/bounded-http.js';
import { agentFor } from './agents.js';
import type { Connection } from './connection.js';
import { healthOf } from './health.js';
import { manifestClient } from './manifests.js';
import { transportWithin } from './transport.js';
import { podKind, replicationControllerKind, serviceKind } from './kinds.js';

/** A session with a Kubernetes. Nothing is connected before the first question, and nothing needs to be closed. */
export function connectKubernetes(input: ConnectInput): CoeSession {
  const connection: Connection = (bounds) => connectApi(input, bounds);
  return {
    health: (signal) => healthOf(connection, input, signal),
    pods: manifestClient(connection, podKind),
    services: manifestClient(connection, serviceKind),
    replicationControllers: manifestClient(connection, replicationControllerKind),
  };
}

async function connectApi({ endpoint, guard }: ConnectInput, bounds: Bounds): Promise<CoreV1Api> {
  const { CoreV1Api, createConfiguration, ServerConfiguration } = await import('@kubernetes/client-node');
  const certificates: SecurityAuthentication = {
    getName: () => 'certificates',
    applySecurityAuthentication: (context) => context.setAgent(agentFor(endpoint)),
  };
  const baseServer = new ServerConfiguration(endpoint.url.replace(/\/+$/, ''), {});
  const httpApi = await transportWithin(guard, bounds);
  return new CoreV1Api(createConfiguration({ baseServer, httpApi, authMethods: { default: certificates } }));
}
