import type { InterceptorChoice } from './interceptors.js';
import { chain } from './interceptors.js';
import { logging, type Logger } from './log.js';
import { connectionOf, pipelineDeps, type BasicOptions, type Connection } from './calls.js';
import { negotiateOnce, useVersion } from './microversion.js';
import { authenticating, exchange } from './pipeline.js';
import { reasonFor } from './reasons.js';
import { DEFAULT_RETRIES, RetryBudget, retrying, type RetryOptions } from './retry.js';
import { checkMinimum, checkVersion } from './versioning.js';

/** A token and Magnum's address, or an `Auth`, which finds the address in the catalog. */
export type MagnumOptions = BasicOptions & {
  /** `auto` (default): the newest that client and server both support. */
  readonly microversion?: 'auto' | (string & {}) | undefined;
  readonly retries?: { readonly [Name in keyof RetryOptions]?: RetryOptions[Name] | undefined } | undefined;
  /**
   * Each POST carries an `Idempotency-Key` of its own, so that a service that keeps keys carries it out once however often an answer is lost.
   * Default: true. False where something on the way refuses the header, such as the CORS rules of another Magnum.
   */
  readonly idempotencyKeys?: boolean | undefined;
  /** Receives responses, retries, failures and warnings; never tokens or bodies. */
  readonly logger?: Logger | undefined;
  /** Steps of the application around each request. */
  readonly interceptors?: InterceptorChoice | undefined;
};

/**
 * Connects to one Magnum service. Sends nothing yet.
 * @throws {MagnumError} (`invalid-address`, `invalid-microversion`) for options that are none
 * @example
 * const connection = connect({ endpoint: 'https://magnum.example/v1', token });
 * for await (const bay of connection.list('/v1/bays', { query: { status: 'CREATE_FAILED' } })) console.log(bay.name);
 */
export function connect(options: MagnumOptions): Connection {
  const deps = pipelineDeps(options, reasonFor);
  const given = Object.entries(options.retries ?? {}).filter(([, value]) => value !== undefined);
  const retries: RetryOptions = { ...DEFAULT_RETRIES, ...Object.fromEntries(given) };
  const wanted = options.microversion ?? 'auto';
  const versions = wanted === 'auto' ? negotiateOnce(deps) : useVersion(checkVersion(wanted), deps);
  const standard = {
    retry: retrying({ runtime: deps.runtime, budget: new RetryBudget(), options: retries, logger: options.logger }),
    auth: authenticating(deps),
    log: logging(options.logger, deps.runtime),
  };
  const send = chain(options.interceptors, standard, (request) => exchange(deps, request));
  return connectionOf({
    runtime: deps.runtime,
    versions,
    send,
    sendsKeys: options.idempotencyKeys ?? true,
    checkVersion: checkMinimum,
  });
}
