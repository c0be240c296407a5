import { isIPv6 } from 'node:net';
import { DomainError } from '../../../domain/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../domain/json.js';
import { Allowance, AnswerTooLargeError, collect, exchange, MOST_ANSWERED, type Bounds } from '../../../http/bounded-http.js';
import type { ConnectInput } from '../../../ports/bay-driver.js';
import { attemptWith } from '../../shared/session/attempt.js';

/** How long a call to the leading master may take, and one to a single node: a node that is lost must not hide how the others are. */
const CALL_WITHIN_MS = 10_000;
const NODE_WITHIN_MS = 4_000;
const MOST_WORDS = 300;

/** A question to the gateway of a master. */
interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: JsonObject;
}

/** A master, by the name and the address of its node. */
export interface MasterPlace {
  readonly name: string;
  readonly address: string;
}

/** Where it is asked: the bay's address, or a master's own. */
export interface Place {
  /** For messages. */
  readonly where: string;
  readonly host: string;
  readonly port: number;
}

/** Calls to Mesos' operator API. Errors: `engine-unavailable` without an answer or a leader, `engine-failed` for any other bad answer. */
export interface OperatorApi {
  /** A call of the API v1 to the leading master: `{ type: 'GET_AGENTS' }`. Returns the part of the answer that has the call's name, or an empty one. */
  call(trying: string, call: JsonObject & { readonly type: string }, signal: AbortSignal): Promise<JsonObject>;
  /** A document of one master itself, whether it leads or not: `/version`. */
  ofMaster(node: MasterPlace, path: string, signal: AbortSignal): Promise<JsonObject>;
  /** Takes a member out of ZooKeeper's ensemble, by a master that stays. One that is no member is fine. */
  leaveEnsemble(through: MasterPlace, member: number, signal: AbortSignal): Promise<void>;
  /** Status of an answer of any port, without its text. */
  status(place: Place, path: string, signal: AbortSignal): Promise<number>;
}

/** An answer that Mesos itself gave and that is none of the good ones. */
class StatusError extends Error {
  constructor(
    readonly status: number,
    words: string,
  ) {
    super(words === '' ? `HTTP status ${status}` : words);
  }
}

const attempt = attemptWith(({ where, trying }, cause) => {
  const isTooLarge = cause instanceof AnswerTooLargeError || cause instanceof SyntaxError;
  // Without a leader, and while it reads its registry, Mesos answers no client.
  const isAbsent = cause instanceof StatusError ? cause.status === 503 : !isTooLarge;
  const words = cause instanceof Error ? cause.message : String(cause);
  return new DomainError(isAbsent ? 'engine-unavailable' : 'engine-failed', {
    message: `${where}: could not ${trying}: ${words}`,
    cause,
  });
});

export function operatorApi(input: ConnectInput, port: number): OperatorApi {
  const host = new URL(input.endpoint.url).hostname.replace(/^\[|\]$/g, '');
  const leader: Place = { where: "the bay's API", host, port };
  const masterAt = ({ name, address }: MasterPlace): Place => ({ where: `the master ${name}`, host: address, port });
  const ask = <T>(place: Place, trying: string, question: Question, read: (answer: Reply) => Promise<T>, signal: AbortSignal) =>
    attempt(
      { trying, where: place.where, milliseconds: place === leader ? CALL_WITHIN_MS : NODE_WITHIN_MS },
      signal,
      async (limited) => read(await send(input, place, question, { signal: limited, allowance: new Allowance(MOST_ANSWERED) })),
    );
  return {
    async call(trying, call, signal) {
      const question: Question = { method: 'POST', path: '/api/v1', body: call };
      const answer = await ask(leader, trying, question, documentOf, signal);
      return objectIn(answer, call.type.toLowerCase());
    },
    ofMaster: (node, path, signal) =>
      ask(masterAt(node), `ask for ${path}`, { method: 'GET', path: `/local${path}` }, documentOf, signal),
    async leaveEnsemble(through, member, signal) {
      const question: Question = { method: 'DELETE', path: `/ensemble/${member}` };
      await ask(masterAt(through), "take a member out of ZooKeeper's ensemble", question, documentOf, signal);
    },
    status: (place, path, signal) => ask(place, `ask for ${path}`, { method: 'GET', path }, async ({ status }) => status, signal),
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

async function send(
  { endpoint, guard }: ConnectInput,
  { host, port }: Place,
  question: Question,
  bounds: Bounds,
): Promise<Reply> {
  const body = question.body && JSON.stringify(question.body);
  const secure = endpoint.ca !== '';
  const options = {
    method: question.method,
    hostname: host,
    port,
    path: question.path,
    agent: false,
    headers: {
      host: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    },
    ...(secure ? { ca: endpoint.ca, cert: endpoint.clientCertificate, key: endpoint.clientKey.reveal() } : {}),
  };
  const answer = await exchange({ secure, options, body, guard }, bounds);
  return { status: answer.status, text: (await collect(answer.body)).toString() };
}

/** The answer's JSON; an empty answer is an empty document. */
async function documentOf({ status, text }: Reply): Promise<JsonObject> {
  if (status < 200 || status > 299) throw new StatusError(status, text.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_WORDS));
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
  if (!isJsonObject(value as JsonValue)) throw new SyntaxError('its answer is no JSON object'); // JSON.parse gives JSON values
  return value as JsonObject; // was just looked at
}

/** The object of that name, empty where there is none. */
export function objectIn(from: JsonObject, name: string): JsonObject {
  const found = from[name];
  return isJsonObject(found) ? found : {};
}

/** The objects of a list of that name. An engine's list may hold anything, so that everything else in it is left out. */
export function objectsIn(from: JsonObject, name: string): readonly JsonObject[] {
  const found = from[name];
  return Array.isArray(found) ? found.filter((member: JsonValue) => isJsonObject(member)) : [];
}

/** The text at a path of names, and undefined for anything else. */
export function textIn(from: JsonObject, ...path: readonly string[]): string | undefined {
  const [last = ''] = path.slice(-1);
  const holder = path.slice(0, -1).reduce<JsonObject>(objectIn, from);
  const found = holder[last];
  return typeof found === 'string' ? found : undefined;
}
