import { Agent, type ClientRequestArgs } from 'node:http';
import { Agent as TlsAgent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** As Node's own agents: connections are used again, and closed when nobody has for so long. */
const KEPT = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;

type Made = (error: Error | null, stream: Duplex) => void;
type Connection = Duplex | null | undefined;

/**
 * An agent whose connections are given up where nobody takes them within so many milliseconds. What is asked over them may take
 * longer to be answered: an image is loaded, or a container stopped, before the engine says a word.
 */
export function connectingWithin(milliseconds: number, protocol: 'http' | 'https'): Agent {
  return protocol === 'https' ? new LimitedTlsAgent(milliseconds) : new LimitedAgent(milliseconds);
}

class LimitedAgent extends Agent {
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    super(KEPT);
    this.#milliseconds = milliseconds;
  }

  override createConnection(options: ClientRequestArgs, made?: Made): Connection {
    return limited(super.createConnection(options, made), 'connect', this.#milliseconds);
  }
}

class LimitedTlsAgent extends TlsAgent {
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    super(KEPT);
    this.#milliseconds = milliseconds;
  }

  override createConnection(options: RequestOptions, made?: Made): Connection {
    return limited(super.createConnection(options, made), 'secureConnect', this.#milliseconds);
  }
}

function limited(stream: Connection, taken: 'connect' | 'secureConnect', milliseconds: number): Connection {
  const late = setTimeout(() => stream?.destroy(new Error(`no connection within ${milliseconds} ms`)), milliseconds);
  for (const event of [taken, 'close']) stream?.once(event, () => clearTimeout(late));
  return stream;
}
