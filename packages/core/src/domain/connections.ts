/**
 * Bounds of every pool of HTTP connections to other services, for Node's own agents.
 *
 * Services under eventlet hold one of about 100 threads for each open connection, also for an idle one, until they close it
 * themselves, which is after 15 minutes by default. A process that keeps what a burst has opened therefore takes a service away
 * from all other clients: 100 bays asked for at once left 62 idle connections of one process at Neutron, which then answered no request.
 * So each pool opens at most `maxSockets` connections to one address (more requests wait in line), keeps at most `maxFreeSockets`
 * of them idle, the last used first, and closes an idle one after `timeout` milliseconds, before servers with the usual 5 s do.
 */
export const CONNECTION_BOUNDS = {
  keepAlive: true,
  scheduling: 'lifo',
  maxSockets: 16,
  maxFreeSockets: 4,
  timeout: 4_000,
} as const;
