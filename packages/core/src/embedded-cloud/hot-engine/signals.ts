import { createHash, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { jsonProblem } from '../../domain/json-bounds.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { Clock } from '../../ports/clock.js';
import { retryTransaction } from '../../adapters/knex/transactions.js';
import { limitedBody } from '../request-body.js';
import { eventColumns } from './journal.js';
import type { ResourceRow, Rows } from './rows.js';
import { HANDLE } from './types/heat.js';

export interface SignalDeps {
  readonly db: Knex;
  readonly rows: Rows;
  readonly clock: Clock;
  readonly changed: (stackId: string) => void;
}

const PATH = /^\/orchestration\/v1\/([^/]+)\/stacks\/([^/]+)\/([^/]+)\/resources\/([^/]+)\/signal\/?$/;
const BODY_LIMIT = 256 * 1024;
const SIGNAL_LIMIT = 1000;
/** Of all signals of a handle, repeated ones included: each of them appends one to the stack's journal. */
const EVENT_LIMIT = 2000;
const BOUNDS = { depth: 32, values: 10_000 };
const REASON_LIMIT = 2000;

interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly message: string;
}

/** The endpoint that user-data calls when it is done. Undefined: not a path of this endpoint. */
export async function handleSignal(deps: SignalDeps, request: Request): Promise<Response | undefined> {
  const match = PATH.exec(new URL(request.url).pathname);
  if (!match) return undefined;
  const [, , , stackId, reference] = match;
  const answer = await takeSignal(deps, request, { stackId: stackId ?? '', reference: decodeText(reference ?? '') });
  return answer === undefined ? new Response(null, { status: 200 }) : errorResponse(answer);
}

async function takeSignal(
  deps: SignalDeps,
  request: Request,
  target: { readonly stackId: string; readonly reference: string },
): Promise<Refusal | undefined> {
  if (request.method !== 'POST') return { status: 405, title: 'Method Not Allowed', message: 'a signal is sent with POST' };
  const given = request.headers.get('x-auth-token');
  if (given === null || given === '') return UNAUTHORIZED;
  const handle = await findHandle(deps, target);
  if (!handle)
    return {
      status: 404,
      title: 'Not Found',
      message: `The Resource (${target.reference}) could not be found in Stack ${target.stackId}.`,
    };
  if (!sameSecret(given, String(handle.attributes?.['token'] ?? ''))) return UNAUTHORIZED;
  const body = await jsonBody(request);
  if ('status' in body) return body;
  const problem = problemOf(body.value);
  return problem === undefined ? record(deps, handle, body.value) : { status: 400, title: 'Bad Request', message: problem };
}

const UNAUTHORIZED: Refusal = {
  status: 401,
  title: 'Unauthorized',
  message: 'The X-Auth-Token of this signal is missing or wrong.',
};

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** By physical id, or by name at the stack's root. */
async function findHandle(
  deps: SignalDeps,
  target: { readonly stackId: string; readonly reference: string },
): Promise<ResourceRow | undefined> {
  const byId = await deps.rows.resource(target.reference);
  const found =
    byId ?? (await deps.rows.children(target.stackId, '')).find((row) => row.name === target.reference && !row.superseded);
  return found?.stackId === target.stackId && found.type === HANDLE && found.attributes?.['token'] !== undefined
    ? found
    : undefined;
}

/** Compares digests, so that neither the content nor the length shows in the time. */
function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return other !== '' && timingSafeEqual(digest(one), digest(other));
}

async function jsonBody(request: Request): Promise<Refusal | { readonly value: JsonObject }> {
  const text = await limitedBody(request, BODY_LIMIT);
  if (text === undefined) return TOO_LARGE;
  if (text.trim() === '') return { value: {} };
  try {
    const value = JSON.parse(text) as JsonValue; // JSON.parse makes nothing else
    if (value === null) return { value: {} };
    if (!isJsonObject(value)) return NOT_AN_OBJECT;
    const problem = jsonProblem(value, BOUNDS);
    return problem === undefined ? { value } : { status: 400, title: 'Bad Request', message: `The signal ${problem}.` };
  } catch {
    return NOT_AN_OBJECT;
  }
}

const TOO_LARGE: Refusal = { status: 413, title: 'Request Entity Too Large', message: `A signal may have ${BODY_LIMIT} bytes.` };
const NOT_AN_OBJECT: Refusal = { status: 400, title: 'Bad Request', message: 'The body of a signal must be a JSON object.' };

function problemOf(body: JsonObject): string | undefined {
  const { status, reason, id } = body;
  if (status !== undefined && status !== 'SUCCESS' && status !== 'FAILURE') return 'Invalid status: expected SUCCESS or FAILURE';
  if (reason !== undefined && reason !== null && typeof reason !== 'string') return 'Invalid reason: expected a string';
  const hasId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number';
  return hasId && String(id ?? '').length <= 255 ? undefined : 'Invalid id: expected a string of at most 255 characters';
}

/** The same id again replaces what it said before. */
async function record(deps: SignalDeps, handle: ResourceRow, body: JsonObject): Promise<Refusal | undefined> {
  const status = body['status'] === 'FAILURE' ? 'FAILURE' : 'SUCCESS';
  const refusal = await retryTransaction(deps.clock, () =>
    deps.db.transaction(async (transaction): Promise<Refusal | undefined> => {
      // The row's lock puts the stack's events in the order of their numbers, so that a reader who continues by number misses none.
      await transaction('hot_stack')
        .where({ id: handle.stackId })
        .update({ revision: transaction.raw('revision + 1') });
      const known: readonly { signal_id: string }[] = await transaction('hot_signal')
        .where({ handle_id: handle.id })
        .select('signal_id');
      const signalId = String(body['id'] ?? nextId(known.map((row) => row.signal_id)));
      if (known.length >= SIGNAL_LIMIT && !known.some((row) => row.signal_id === signalId)) {
        return { status: 400, title: 'Bad Request', message: `A handle takes at most ${SIGNAL_LIMIT} signals.` };
      }
      const reason = String(body['reason'] ?? `Signal ${signalId} received`).slice(0, REASON_LIMIT);
      const data: JsonValue = body['data'] ?? null;
      await transaction('hot_signal')
        .insert({
          handle_id: handle.id,
          signal_id: signalId,
          stack_id: handle.stackId,
          status,
          reason,
          data: data === null ? null : deps.rows.codec.seal(data, 'hot_signal', handle.id, signalId),
        })
        .onConflict(['handle_id', 'signal_id'])
        .merge(['status', 'reason', 'data']);
      if (known.some((row) => row.signal_id === signalId) && (await isJournalFull(transaction, handle))) return undefined;
      await transaction('hot_event').insert(
        eventColumns(handle.stackId, deps.clock.now(), {
          path: handle.path,
          type: handle.type,
          physicalId: handle.id,
          action: 'SIGNAL',
          state: status === 'SUCCESS' ? 'COMPLETE' : 'FAILED',
          reason: `Signal: status:${status} reason:${reason}`,
        }),
      );
      return undefined;
    }),
  );
  if (refusal === undefined) deps.changed(handle.stackId);
  return refusal;
}

/** What a repeated signal says is kept still; only that it was repeated is no longer written down. */
async function isJournalFull(transaction: Knex.Transaction, { stackId, id }: ResourceRow): Promise<boolean> {
  const rows: readonly Readonly<Record<string, unknown>>[] = await transaction('hot_event')
    .where({ stack_id: stackId, physical_id: id, action: 'SIGNAL' })
    .count('* as number');
  return Number(rows[0]?.['number'] ?? 0) >= EVENT_LIMIT;
}

function nextId(known: readonly string[]): string {
  let number = known.length + 1;
  while (known.includes(String(number))) number += 1;
  return String(number);
}

function errorResponse(refusal: Refusal): Response {
  const body = {
    code: refusal.status,
    title: refusal.title,
    explanation: refusal.message,
    error: { message: refusal.message, type: refusal.title.replaceAll(' ', '') },
  };
  return new Response(JSON.stringify(body), { status: refusal.status, headers: { 'content-type': 'application/json' } });
}

/** Notices signals that other processes accepted. One that it misses is found a little later by the operation that waits for it. */
export class SignalWatch {
  readonly #db: Knex;
  #seen: number | undefined;

  constructor(db: Knex) {
    this.#db = db;
  }

  async look(changed: (stackId: string) => void): Promise<void> {
    if (this.#seen === undefined) {
      const row: Readonly<Record<string, unknown>> | undefined = await this.#db('hot_signal').max('position as newest').first();
      this.#seen = Number(row?.['newest'] ?? 0);
      return;
    }
    const rows: readonly { position: number; stack_id: string }[] = await this.#db('hot_signal')
      .where('position', '>', this.#seen)
      .orderBy('position')
      .select('position', 'stack_id');
    for (const { position, stack_id: stackId } of rows) {
      this.#seen = position;
      changed(stackId);
    }
  }
}
