import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { CONNECTION_BOUNDS } from '../../../domain/connections.js';

const TAKEN = { http: 'connect', https: 'secureConnect' } as const;

/**
 * An agent whose connections are given up where nobody takes them within so many milliseconds. What is asked over them may take
 * longer to be answered: an image is loaded, or a container stopped, before the engine says a word.
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
