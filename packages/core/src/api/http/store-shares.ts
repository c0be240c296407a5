import { LRUCache } from 'lru-cache';
import type { Store } from '../../ports/store.js';

/**
 * The database is where requests of all projects meet. Its connections are few, and a request that waits for one waits behind every request that asked
 * before: a hundred long lists of one project would stand before the short question of another. So a project uses a part of the
 * connections at a time, whatever it asks for, and its other requests wait among themselves.
 */
export class StoreShares {
  readonly #most: number;
  readonly #known = new LRUCache<string, WithStore>({ max: 1_000 });

  /** `most`: transactions and reads of one project at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** What use cases stand on, with the store as one project has it. */
  ofProject<Deps extends WithStore>(project: string, deps: Deps): Deps {
    const known = this.#known.get(project);
    // One service has one set of deps: what was made of it for a project is of its type.
    if (known) return known as Deps;
    const share = new Semaphore(this.#most);
    const { store } = deps;
    const own = {
      ...deps,
      store: {
        ...store,
        read: (work) => share.run(() => store.read(work)),
        write: (work) => share.run(() => store.write(work)),
      } satisfies Store,
    };
    this.#known.set(project, own);
    return own;
  }
}

interface WithStore {
  readonly store: Store;
}

class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(most: number) {
    this.#free = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The permit passes to the next request without being free in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
