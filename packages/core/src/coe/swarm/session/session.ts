import type { CoeSession, ConnectInput } from '../../../ports/bay-driver.js';
import { probeNodes } from '../../shared/session/tls-probe.js';
import { containerClient } from './containers.js';
import { dockerNodes, listNodes, versionsOf } from './docker-nodes.js';
import { healthOf } from './health.js';
import { loadImage } from './images.js';
import { releaseNodes } from './scale-in.js';

const PING = 'GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n';

/** A session with a swarm. Nothing is connected before the first question, and nothing needs to be closed. */
export function connectSwarm(input: ConnectInput): CoeSession {
  const engines = dockerNodes(input);
  return {
    health: (signal) => healthOf(engines, input, signal),
    nodes: (signal) => listNodes(engines, signal),
    versions: (signal) => versionsOf(engines, signal),
    releaseNodes: (names, signal) => releaseNodes(engines, names, signal),
    containers: containerClient(engines),
    admissions: (ports, signal) => probeNodes(input, { ports, request: PING }, signal),
    loadImage: (tar, signal) => loadImage(engines, tar, signal),
  };
}
