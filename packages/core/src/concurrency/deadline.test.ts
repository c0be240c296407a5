import { createServer, type AddressInfo, type Server } from 'node:net';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { DeadlineError, linkTo, underDeadline } from './deadline.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // the flag above defines it
const never = (): Promise<never> => new Promise(() => undefined);

/** Collects for as long as the promise is pending: what nothing holds is gone long before a deadline of 300 ms. */
async function settledUnderCollections(work: Promise<unknown>): Promise<unknown> {
  const collecting = setInterval(collectGarbage, 20);
  const givenUp = new Promise((resolve) => setTimeout(resolve, 5_000, 'still pending'));
  try {
    return await Promise.race([work.catch((error: unknown) => error), givenUp]);
  } finally {
    clearInterval(collecting);
  }
}

describe('a deadline', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('ends a call although garbage is collected meanwhile', async () => {
    const parent = new AbortController();
    const found = await settledUnderCollections(underDeadline({ milliseconds: 300, signal: parent.signal }, never));
    expect(found).toBeInstanceOf(DeadlineError);
  });

  it('reaches the work through its signal although garbage is collected meanwhile', async () => {
    const silent = createServer(() => undefined);
    servers.push(silent);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo; // it listens on TCP
    const parent = new AbortController();
    const closed = new Promise((resolve) => {
      const call = underDeadline({ milliseconds: 300, signal: parent.signal }, (signal) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('close', () => resolve('closed'));
        signal.addEventListener('abort', () => socket.destroy(), { once: true });
        return never();
      });
      call.catch(() => undefined);
    });
    expect(await settledUnderCollections(closed)).toBe('closed');
  });

  it('lets the parent end the work with its reason, also after a collection', async () => {
    const parent = new AbortController();
    const reason = new Error('the conductor is stopping');
    setTimeout(() => parent.abort(reason), 300);
    expect(await settledUnderCollections(underDeadline({ milliseconds: 60_000, signal: parent.signal }, never))).toBe(reason);
  });

  it('does not begin under a parent that has ended', async () => {
    let begun = false;
    const call = underDeadline({ milliseconds: 1_000, signal: AbortSignal.abort(new Error('over')) }, () => {
      begun = true;
    });
    await expect(call).rejects.toThrow('over');
    expect(begun).toBe(false);
  });

  it('leaves neither timer nor listener behind', async () => {
    const parent = new AbortController();
    let listeners = 0;
    const { signal } = parent;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(await underDeadline({ milliseconds: 60_000, signal }, () => 'answer')).toBe('answer');
    expect(listeners).toBe(0);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBe(timers);
  });

  it('keeps a failure of the work as it is, and a late one harmless', async () => {
    await expect(underDeadline({ milliseconds: 1_000 }, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    const late = underDeadline(
      { milliseconds: 10 },
      () => new Promise((_resolve, reject) => setTimeout(reject, 50, new Error('late'))),
    );
    await expect(late).rejects.toBeInstanceOf(DeadlineError);
    // The work fails after its deadline: an unhandled rejection within this time would fail the test.
    await new Promise((resolve) => setTimeout(resolve, 80));
  });
});

describe('a linked signal', () => {
  it('ends with its parent or by itself, also after a collection', async () => {
    const parent = new AbortController();
    const ended = (signal: AbortSignal): Promise<unknown> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));
    const byParent = ended(linkTo(parent.signal).signal);
    const own = linkTo(new AbortController().signal);
    const byItself = ended(own.signal);
    setTimeout(() => parent.abort('parent'), 200);
    setTimeout(() => own.abort('itself'), 200);
    expect(await settledUnderCollections(Promise.all([byParent, byItself]))).toEqual(['parent', 'itself']);
  });
});
