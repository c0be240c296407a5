/**
 * A wake-up for one waiter that may not be waiting yet. A wake-up that comes while the waiter still works must not be lost, or work
 * that became due in that moment waits for the next poll; so the waiter makes a new Wakeup before it looks for work, and waits for it
 * afterwards. It resolves once; waking again does nothing. `Promise.withResolvers` is the same, from Node 22 on.
 */
export class Wakeup {
  readonly woken: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor() {
    this.woken = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  wake(): void {
    this.#resolve();
  }
}
