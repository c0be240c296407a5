/**
 * What a failed request means.
 *
 * `fetch` reports every failure as "fetch failed" and keeps the reason in a chain of causes. Two questions matter to a caller: why it failed, and
 * whether the request may have been carried out. Both are answered here, for calls and logins alike. What must stay true: a request counts as
 * never sent only for errors that arise before the first byte of it leaves; for every other failure of a call that is not safe to repeat, also
 * in an earlier attempt, the error says that it may have been carried out.
 */
import { ConnectionError, MagnumError, TimeoutError, type ConnectionCode } from './errors.js';

/** Why a connection failed. */
export interface Reason {
  readonly code: ConnectionCode;
  /** `connection refused` */
  readonly words: string;
  /** Undefined where it is unknown, as in browsers, which give no reason. */
  readonly wasSent: boolean | undefined;
}

/** Reads the reason from the error of `fetch`; see `reasons.ts`. */
export type ReasonReader = (error: unknown) => Reason;

/** For runtimes that give no reason, as browsers, and programs that need none. */
export const noReason: ReasonReader = (error) => {
  const words = error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : '';
  return { code: 'connection-failed', words: words || 'no reason was given', wasSent: undefined };
};

/** What is known of one call over all its attempts. */
export interface Trace {
  readonly method: string;
  /** Empty where none is sent: to Keystone. */
  readonly requestId: string;
  /** An attempt may have been carried out, and the call is not safe to repeat. */
  isUncertain: boolean;
}

const SAFE = new Set(['GET', 'HEAD', 'DELETE']);
/** A gateway that gives up says nothing of what the service did. */
const GATEWAY_FAILED = new Set([502, 504]);

export function startTrace(method: string, requestId: string): Trace {
  return { method, requestId, isUncertain: false };
}

/** Notes that an attempt begins, which may reach the service. */
export function noteSent(trace: Trace): void {
  if (!SAFE.has(trace.method)) trace.isUncertain = true;
}

/** Notes the status of an answer: after that of a gateway the outcome is unknown. */
export function noteAnswer(trace: Trace, status: number): void {
  if (GATEWAY_FAILED.has(status)) noteSent(trace);
}

/** True for failures before the request left: its outcome is that of the attempts before it. */
export function wasNeverSent(cause: unknown, reasonFor: ReasonReader): boolean {
  if (cause instanceof MagnumError) return !(cause instanceof TimeoutError);
  return reasonFor(cause).wasSent === false;
}

export interface Explaining {
  readonly reasonFor: ReasonReader;
  readonly who?: string;
}

/** The failure of one attempt as a MagnumError; `url` is the address that was asked, and `who` begins its name. */
export function explainFailure(cause: unknown, url: string, trace: Trace, { reasonFor, who = '' }: Explaining): MagnumError {
  if (cause instanceof TimeoutError) return explainTimeout(cause, trace);
  if (cause instanceof MagnumError) return cause;
  const { code, words, wasSent } = reasonFor(cause);
  const place = `${who}${new URL(url).origin}`;
  const what = {
    yes: `The answer to ${trace.method} ${url} was lost`,
    no: `${place} cannot be reached`,
    unknown: `${place} cannot be reached, or its answer was lost`,
  }[wasSent === undefined ? 'unknown' : wasSent ? 'yes' : 'no'];
  return new ConnectionError(`${what}: ${words}${warningOf(trace)}`, { code, cause, ...contextOf(trace) });
}

/** Adds to a timeout what is known of its call. */
export function explainTimeout(error: TimeoutError, trace: Trace): TimeoutError {
  if (error.requestId !== undefined) return error;
  return new TimeoutError(`${error.message}${warningOf(trace)}`, { cause: error.cause, ...contextOf(trace) });
}

export function contextOf(trace: Trace): { readonly requestId: string | undefined; readonly mayHaveBeenCarriedOut: boolean } {
  return { requestId: trace.requestId || undefined, mayHaveBeenCarriedOut: trace.isUncertain };
}

export function warningOf(trace: Trace): string {
  return trace.isUncertain ? '; it may have been carried out' : '';
}
