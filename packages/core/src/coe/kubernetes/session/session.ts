import { awaitedAdoption } from './adoption.js';
import type { CoeSession, ConnectInput } from '../../../ports/bay-driver.js';
import { connectionsTo } from './connection.js';
import { drainNodes, releaseNodes } from './drain.js';
import { healthOf } from './health.js';
import { manifestClient } from './manifests.js';
import { labelNodes, reportNodes, versionsOf } from './nodes.js';
import { podKind, replicationControllerKind, serviceKind } from './kinds.js';

/** A session with a Kubernetes. Nothing is connected before the first question, and nothing needs to be closed. */
export function connectKubernetes(input: ConnectInput): CoeSession {
  const connections = connectionsTo(input);
  const { core } = connections;
  return {
    health: (signal) => healthOf(connections, input, signal),
    nodes: (signal) => reportNodes(core, signal),
    versions: (signal) => versionsOf(connections, signal),
    labelNodes: (nodes, signal) => labelNodes(core, nodes, signal),
    drainNodes: (nodes, signal) => drainNodes(input, connections, nodes, signal),
    releaseNodes: (names, signal) => releaseNodes(input, connections, names, signal),
    awaitedAdoption: (wanted, signal) => awaitedAdoption(connections, wanted, signal),
    pods: manifestClient(core, podKind),
    services: manifestClient(core, serviceKind),
    replicationControllers: manifestClient(core, replicationControllerKind),
  };
}
