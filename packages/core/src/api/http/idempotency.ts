import { createHash } from 'node:crypto';
import { isWithin, loadSchemas, type Operation, type OperationId } from '@magnum-ts/openapi';
import { DomainError, isDomainError } from '../../domain/errors.js';
import { isJsonObject, type JsonValue } from '../../domain/json.js';
import type { IdempotencyRecord } from '../../ports/store.js';
import type { Answer, ApiDeps, Call } from './handler.js';
import { handlers } from '../operations.js';
import { findRoute } from './route.js';

/** How long a key is remembered. */
const REMEMBERED_MS = 24 * 60 * 60_000;
/** Longer than any creation that commits its key waits for its neighbours. */
const BUSY_MS = 120_000;
const AGAIN_SECONDS = 2;
const KEY = /^[\x20-\x7e]{1,255}$/;

type Known = Operation & { readonly id: OperationId };
type Perform = (call: Call) => Promise<Answer>;

/** The header's value; a quoted text (as the draft standard writes it) and the same without quotes are one key. */
export function keyIn(header: string | null): string | null {
  if (header === null) return null;
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (KEY.test(key)) return key;
  throw new DomainError('invalid-parameter', {
    field: 'Idempotency-Key',
    message: 'Idempotency-Key must be 1 to 255 printable ASCII characters, such as a UUID.',
  });
}

/**
 * Carries out a POST once for each key of a caller (draft-ietf-httpapi-idempotency-key-header). A repetition gets the answer of
 * the first request: `key-reused` (422) where it is another request, `conflict` (409) while the first is under way.
 */
export async function onlyOnce(deps: ApiDeps, call: Call, operation: Known, perform: Perform): Promise<Answer> {
  if (call.idempotencyKey === null) return perform(call);
  const place = placeOf(deps, call, operation);
  const record = await beginning(deps, place);
  if (record.requestHash !== place.requestHash) {
    throw new DomainError('key-reused', {
      field: 'Idempotency-Key',
      message: 'This Idempotency-Key belongs to another request. Use a new key for a new request.',
    });
  }
  if (record.owner !== place.owner) {
    const known = await knownAnswer(deps, call, operation, record);
    if (known) return { ...known, replayed: true };
    if (isBusy(deps, record) || !operation.once || !(await takenOver(deps, place, record))) throw underWay();
  }
  return performOnce(deps, call, { ...place, operation, perform });
}

interface Place {
  readonly id: string;
  readonly owner: string;
  readonly requestHash: string;
}

function placeOf(deps: ApiDeps, call: Call, operation: Known): Place {
  const { actor } = call.access;
  return {
    id: digest([actor.projectId, actor.userId, call.idempotencyKey]),
    owner: deps.random.uuid(),
    requestHash: digest([call.version, operation.id, sortKeys(call.params), sortKeys(call.query), sortKeys(call.body ?? null)]),
  };
}

function digest(parts: readonly JsonValue[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The order of an object's keys is no part of a request. */
function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(sortKeys); // Array.isArray does not narrow a readonly array
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

function beginning(deps: ApiDeps, place: Place): Promise<IdempotencyRecord> {
  const now = deps.clock.now();
  const busyUntil = new Date(now.getTime() + BUSY_MS);
  const forgetBefore = new Date(now.getTime() - REMEMBERED_MS);
  return deps.store.write((repos) => repos.idempotency.begin(place.id, { ...place, now, busyUntil, forgetBefore }));
}

/** Undefined: there is none, and may never be one. */
async function knownAnswer(deps: ApiDeps, call: Call, operation: Known, record: IdempotencyRecord): Promise<Answer | undefined> {
  if (record.answer !== null && !hasSecret(operation)) return JSON.parse(record.answer) as Answer; // written by `remember`
  if (record.resourceId === null || (record.answer === null && isBusy(deps, record))) return undefined;
  return madeAnswer(deps, call, operation, record.resourceId);
}

/** For an answer that went down with its process: what was made is there to be read. */
async function madeAnswer(deps: ApiDeps, call: Call, operation: Known, resourceId: string): Promise<Answer> {
  const success = operation.success.find(({ from, to }) => isWithin(call.version, from, to));
  if (success?.schema === 'Accepted') return { body: { uuid: resourceId } };
  const found = findRoute('GET', `${fillPath(operation.path, call.params)}/${resourceId}`);
  if (found.kind !== 'found') throw underWay();
  const { operation: reading, params } = found.route;
  const access = { ...call.access, action: reading.policy ?? '', policies: reading.policies };
  const answer = await handlers[reading.id](deps, { ...call, access, params, query: {}, body: undefined });
  return { ...answer, location: `${call.baseUrl}${fillPath(operation.path, call.params)}/${resourceId}` };
}

function fillPath(path: string, params: Call['params']): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function isBusy(deps: ApiDeps, record: IdempotencyRecord): boolean {
  return deps.clock.now() < record.busyUntil;
}

/** The process that carried it out ended before anything was committed: an operation that commits its key can be begun again. */
function takenOver(deps: ApiDeps, place: Place, record: IdempotencyRecord): Promise<boolean> {
  const busyUntil = new Date(deps.clock.now().getTime() + BUSY_MS);
  return deps.store.write((repos) => repos.idempotency.takeOver(place.id, record.owner, place.owner, busyUntil));
}

function underWay(): DomainError {
  return new DomainError('conflict', {
    message:
      'The first request with this Idempotency-Key is under way, or was interrupted. Look whether it was carried out, or ask again later.',
    retryAfterSeconds: AGAIN_SECONDS,
  });
}

async function performOnce(deps: ApiDeps, call: Call, what: Place & { operation: Known; perform: Perform }): Promise<Answer> {
  const { id, owner } = what;
  let isMade = false;
  const made: NonNullable<Call['access']['once']>['made'] = async (repos, resourceId) => {
    if (!(await repos.idempotency.mark(id, owner, resourceId))) throw underWay();
    isMade = true;
  };
  try {
    const answer = await what.perform({ ...call, access: { ...call.access, once: { made } } });
    await remember(deps, what, hasSecret(what.operation) ? {} : answer);
    return answer;
  } catch (error) {
    // A refusal has made nothing, or has taken it back: the key is free for a better request.
    const isRefusal = isDomainError(error) && error.status < 500;
    if (isRefusal || !isMade) await forget(deps, what);
    throw error;
  }
}

/** What was done stays done also where this cannot be written down: the resource is then read for a repetition. */
async function remember(deps: ApiDeps, { id, owner }: Place, answer: Answer): Promise<void> {
  await deps.store.write((repos) => repos.idempotency.answer(id, owner, JSON.stringify(answer))).catch(() => undefined);
}

async function forget(deps: ApiDeps, { id, owner }: Place): Promise<void> {
  await deps.store.write((repos) => repos.idempotency.forget(id, owner)).catch(() => undefined);
}

/** Private keys are not written down a second time. */
function hasSecret(operation: Known): boolean {
  return loadSchemas().responses[operation.id].some(({ schema }) => schema?.properties?.['private_key'] !== undefined);
}
