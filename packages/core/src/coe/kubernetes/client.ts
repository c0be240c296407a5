import type { CoreV1Api } from '@kubernetes/client-node';
import type { CoeSession, ConnectInput } from '../../ports/bay-driver.js';
import type { Connection } from './connection.js';
import { healthOf } from './health.js';
import { manifestClient } from './manifests.js';
import { podKind, replicationControllerKind, serviceKind } from './kinds.js';

/** A session with a Kubernetes. Nothing is connected before the first question, and nothing needs to be closed. */
export function connectKubernetes(input: ConnectInput): CoeSession {
  let connecting: Promise<CoreV1Api> | undefined;
  const connection: Connection = () => (connecting ??= connected(input));
  return {
    health: (signal) => healthOf(connection, input, signal),
    pods: manifestClient(connection, podKind),
    services: manifestClient(connection, serviceKind),
    replicationControllers: manifestClient(connection, replicationControllerKind),
  };
}

async function connected({ endpoint }: ConnectInput): Promise<CoreV1Api> {
  const { CoreV1Api, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'bay', server: endpoint.url, caData: base64(endpoint.ca), skipTLSVerify: false }],
    users: [{ name: 'magnum', certData: base64(endpoint.clientCertificate), keyData: base64(endpoint.clientKey.reveal()) }],
    contexts: [{ name: 'bay', cluster: 'bay', user: 'magnum' }],
    currentContext: 'bay',
  });
  return config.makeApiClient(CoreV1Api);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
