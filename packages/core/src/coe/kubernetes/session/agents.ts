import { hash } from 'node:crypto';
import { Agent } from 'node:https';
import { LRUCache } from 'lru-cache';
import { CONNECTION_BOUNDS } from '../../../domain/connections.js';
import type { CoeEndpoint } from '../../../ports/bay-driver.js';

/** Agents kept at most. An agent that is dropped still closes its idle connections. */
const MOST_AGENTS = 500;
const agents = new LRUCache<string, Agent>({ max: MOST_AGENTS });

/**
 * The connections to one bay's API. All sessions with that bay share them: the client library alone would open one connection for
 * each call, however many calls there are.
 */
export function agentFor({ url, ca, clientCertificate, clientKey }: CoeEndpoint): Agent {
  const key = hash('sha256', JSON.stringify([url, ca, clientCertificate]), 'base64url');
  const known = agents.get(key);
  if (known) return known;
  const made = new Agent({ ...CONNECTION_BOUNDS, ca, cert: clientCertificate, key: clientKey.reveal() });
  agents.set(key, made);
  return made;
}
