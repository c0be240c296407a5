import type { Knex } from 'knex';
import { EMBEDDED_DEFAULTS, silentLogger, SimulatedBackend } from '@magnum-ts/core';
import { aesSealer, type Clock, systemClock, systemRandom } from '@magnum-ts/core/testing';
import { HotEngine } from '../../packages/core/src/embedded-cloud/hot-engine/engine.js';
import { interceptCalls } from '../../packages/core/src/embedded-cloud/hot-engine/engine.test-support.js';

/** One call to the machines: what, for which resource, by which engine, and when it began and ended. */
export interface Act {
  readonly engine: string;
  readonly method: string;
  /** Starts with the resource's id. */
  readonly key: string;
  readonly began: number;
  ended: number;
}

export interface MortalEngine {
  readonly engine: HotEngine;
  /** As `kill -9` does: from now on nothing of the engine happens any more. */
  kill(): void;
}

export interface Cradle {
  readonly db: Knex;
  readonly clock: Clock;
  /** Where every engine writes down what it does. */
  readonly acts: Act[];
  /** How long a call to the machines takes, milliseconds. */
  readonly slowness: number;
}

const KEY = Buffer.alloc(32, 9);

export function mortalEngine(name: string, cradle: Cradle): MortalEngine {
  const life = { over: false };
  const db = mortal(cradle.db, life);
  const backend = interceptCalls(new SimulatedBackend(db), async (method, _subject, call, key) => {
    if (life.over) return forever();
    const act: Act = { engine: name, method, key, began: performance.now(), ended: Infinity };
    cradle.acts.push(act);
    await systemClock.sleep(cradle.slowness);
    const result = await call();
    if (life.over) return forever();
    act.ended = performance.now();
    return result;
  });
  const clock: Clock = {
    now: () => cradle.clock.now(),
    sleep: (milliseconds, signal) =>
      life.over ? forever() : cradle.clock.sleep(milliseconds, signal).then(() => (life.over ? forever() : undefined)),
  };
  const engine = new HotEngine({
    db,
    backend,
    clock,
    random: systemRandom,
    logger: silentLogger,
    sealer: aesSealer(KEY),
    tables: EMBEDDED_DEFAULTS,
    signalBaseUrl: () => 'http://192.0.2.1',
  });
  return { engine, kill: () => void (life.over = true) };
}

/** Queries that begin after the end are never answered; a transaction under way may still commit, as the last packet of a process may. */
function mortal(db: Knex, life: { readonly over: boolean }): Knex {
  return new Proxy(db, {
    apply: (target, self, given) => (life.over ? unanswered() : Reflect.apply(target, self, given)),
    get: (target, name, receiver) => (life.over && name === 'transaction' ? forever : Reflect.get(target, name, receiver)),
  });
}

/** A query builder whose every step leads to itself, and whose answer never comes. */
function unanswered(): unknown {
  const builder: unknown = new Proxy(() => undefined, {
    get: (_target, name) => (name === 'then' ? () => forever() : () => builder),
    apply: () => builder,
  });
  return builder;
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
