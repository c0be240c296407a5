/**
 * A client that sends the most costly requests that are accepted, over many connections, as fast as they are answered. Reads
 * `Orders` as JSON from its input, and prints a `Result` as JSON. It is a process of its own, so that its work is not taken for the service's.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Orders {
  readonly port: number;
  readonly token: string;
  readonly requests: readonly WorstRequest[];
  readonly sockets: number;
}

export interface WorstRequest {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Requests of one lane follow each other: changes of one bay at the same time are refused, and what is refused is no load. */
  readonly lane?: string;
}

/** Answers by kind and status. */
export type Result = Readonly<Record<string, Readonly<Record<string, number>>>>;

const BUSY = new Set([409, 429, 503]);
const BUSY_PAUSE_MS = 100;
const TRIES = 50;

const orders = JSON.parse(await readAll()) as Orders; // written by the test that starts this
const agent = new Agent({ keepAlive: true, maxSockets: orders.sockets });
const result: Record<string, Record<string, number>> = {};
const waiting = [...orders.requests];
const lanes = new Map<string, Promise<number>>();

await Promise.all(
  Array.from({ length: orders.sockets }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const status = await inLane(next);
      const counts = (result[next.kind] ??= {});
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }),
);
agent.destroy();
process.stdout.write(JSON.stringify(result));

async function readAll(): Promise<string> {
  let all = '';
  for await (const part of process.stdin.setEncoding('utf8')) all += String(part);
  return all;
}

function inLane(wanted: WorstRequest): Promise<number> {
  const { lane } = wanted;
  if (lane === undefined) return settled(wanted);
  const done = (lanes.get(lane) ?? Promise.resolve(0)).then(() => settled(wanted));
  lanes.set(lane, done);
  return done;
}

/** What another change of the same bay was faster than is asked for again: refused requests are no load. */
async function settled(wanted: WorstRequest): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const status = await ask(wanted);
    if (!BUSY.has(status) || attempt === TRIES) return status;
    await sleep(BUSY_PAUSE_MS);
  }
}

function ask({ method, path, body }: WorstRequest): Promise<number> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        port: orders.port,
        method,
        path,
        headers: {
          'x-auth-token': orders.token,
          'openstack-api-version': 'container-infra 1.14',
          ...(sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
        },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(sent);
  });
}
