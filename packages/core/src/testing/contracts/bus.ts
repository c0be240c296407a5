import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import type { RpcHandlers, MessageBus } from '../../ports/bus.js';
import { until } from '../until.js';

/** What asks for a bay's main authority. */
export const MAIN = { authority: 'main', forNode: false } as const;

const BAY = '11111111-2222-4333-8444-555555555555' as BayId;

/** Answers of which a test replaces what it is about; the others must not be asked. */
export function answersWith(wanted: Partial<RpcHandlers>): RpcHandlers {
  const unexpected = (): Promise<never> => Promise.reject(new DomainError('internal', 'not expected'));
  return {
    'certificate.ca': unexpected,
    'certificate.node': unexpected,
    'node.enrol': unexpected,
    'certificate.client': unexpected,
    'credential.newest': unexpected,
    'secrets.ofNode': unexpected,
    'nodes.report': unexpected,
    'manifest.list': unexpected,
    'manifest.get': unexpected,
    'manifest.create': unexpected,
    'manifest.replace': unexpected,
    'manifest.delete': unexpected,
    'image.load': unexpected,
    'container.create': unexpected,
    'container.inspect': unexpected,
    'container.act': unexpected,
    'container.logs': unexpected,
    'container.execute': unexpected,
    ...wanted,
  };
}

export interface BusPair {
  /** Two ends of one bus: they may be one object. */
  readonly caller: MessageBus;
  readonly answerer: MessageBus;
  close(): Promise<void>;
}

/** What every bus must do. */
export function busContract(name: string, open: () => Promise<BusPair>): void {
  describe(`bus contract: ${name}`, () => {
    let pair: BusPair;
    beforeEach(async () => {
      pair = await open();
    });
    afterEach(() => pair.close());

    test('a doorbell is heard', async () => {
      const heard: BayId[] = [];
      pair.answerer.onWake((bayId) => heard.push(bayId));
      // A consumer needs a moment to start, and a wake-up without a consumer is lost: it is cast until one arrives.
      const ring = async (): Promise<BayId | undefined> => {
        await pair.caller.cast({ kind: 'wake', bayId: BAY });
        return heard[0];
      };
      expect(await until('the doorbell is heard', ring)).toBe(BAY);
    });

    test('an answer that is too large to travel is an error that says so, and harms no other', async () => {
      const outputs = { small: 'x', large: 'x'.repeat(7 * 1024 ** 2), huge: 'x'.repeat(9 * 1024 ** 2) };
      await pair.answerer.serve(
        answersWith({ 'container.logs': async ({ hostname }) => ({ output: outputs[hostname as keyof typeof outputs] }) }), // one of the three
      );
      const ask = (hostname: keyof typeof outputs) =>
        pair.caller.call('container.logs', { bayId: BAY, hostname }, { timeoutMs: 20_000 });
      const huge = ask('huge');
      expect(await ask('small')).toEqual({ output: 'x' });
      await expect(huge).rejects.toMatchObject({
        kind: 'engine-failed',
        message: "the engine's answer was larger than 8 MiB",
      });
      expect((await ask('large')).output).toHaveLength(7 * 1024 ** 2);
    });

    test('a question is answered, with arguments and reply as they were given', async () => {
      await pair.answerer.serve(
        answersWith({ 'certificate.node': async ({ bayId, csr }) => ({ pem: `${bayId} ${csr} ü😀\n` }) }),
      );
      expect(await pair.caller.call('certificate.node', { bayId: BAY, csr: 'x', nodeName: null }, { timeoutMs: 5_000 })).toEqual({
        pem: `${BAY} x ü😀\n`,
      });
    });

    test('a refusal keeps its kind, words and field', async () => {
      await pair.answerer.serve(
        answersWith({
          'certificate.node': () => Promise.reject(new DomainError('invalid-csr', { field: 'csr', message: 'no good' })),
        }),
      );
      await expect(
        pair.caller.call('certificate.node', { bayId: BAY, csr: 'x', nodeName: null }, { timeoutMs: 5_000 }),
      ).rejects.toMatchObject({
        kind: 'invalid-csr',
        field: 'csr',
        message: 'no good',
      });
    });

    test('an answer that takes too long fails at its deadline', async () => {
      await pair.answerer.serve(
        answersWith({
          'certificate.ca': (_args, signal) =>
            new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
        }),
      );
      await expect(pair.caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 100 })).rejects.toMatchObject({
        kind: 'deadline-exceeded',
      });
    });

    test('a caller that goes away stops waiting', async () => {
      await pair.answerer.serve(answersWith({ 'certificate.ca': () => new Promise(() => undefined) }));
      const gone = new AbortController();
      const asked = pair.caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 20_000, signal: gone.signal });
      setTimeout(() => gone.abort(new Error('gone')), 50);
      await expect(asked).rejects.toBeInstanceOf(DomainError);
    });

    test('an RPC call without a server is refused within its deadline', async () => {
      const asked = pair.caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 300 });
      await expect(asked).rejects.toMatchObject({ status: 503 });
    });

    test('many questions at a time do not mix up their answers', async () => {
      await pair.answerer.serve(answersWith({ 'certificate.node': async ({ csr }) => ({ pem: csr }) }));
      const asked = Array.from({ length: 100 }, (_unused, index) => String(index));
      const answers = await Promise.all(
        asked.map((csr) => pair.caller.call('certificate.node', { bayId: BAY, csr, nodeName: null }, { timeoutMs: 10_000 })),
      );
      expect(answers.map((answer) => answer.pem)).toEqual(asked);
    });
  });
}
