import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { CONNECTION_BOUNDS } from '../../../domain/connections.js';

const TAKEN = { http: 'connect', https: 'secureConnect' } as const;

/**
 * An agent that gives up a connection that is not made within so many milliseconds. Answers may take longer: an engine answers only
 * after it has loaded an image or stopped a container.
 */
export function agentWithConnectTimeout(milliseconds: number, protocol: 'http' | 'https'): Agent {
  const agent: Agent = protocol === 'https' ? new TlsAgent(CONNECTION_BOUNDS) : new Agent(CONNECTION_BOUNDS);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, made) => {
    const stream = connect(options, made);
    if (stream) giveUpAfter(milliseconds, stream, TAKEN[protocol]);
    return stream;
  };
  return agent;
}

function giveUpAfter(milliseconds: number, stream: Duplex, taken: string): void {
  const late = setTimeout(() => stream.destroy(new Error(`no connection within ${milliseconds} ms`)), milliseconds);
  for (const event of [taken, 'close']) stream.once(event, () => clearTimeout(late));
}
