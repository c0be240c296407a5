import { textOf } from './errors.js';

const CAPACITY = 10_000;

/** The names and UUIDs of resources that have answered this client; of very many, the latest. */
export class KnownIdents {
  readonly #idents = new Set<string>();

  has(ident: string): boolean {
    return this.#idents.has(ident);
  }

  add(ident: string | undefined): void {
    if (ident === undefined) return;
    this.#idents.delete(ident);
    this.#idents.add(ident);
    if (this.#idents.size <= CAPACITY) return;
    for (const oldest of this.#idents) return void this.#idents.delete(oldest);
  }

  /** Notes what an answer or a body names. */
  addFrom(resource: unknown): void {
    this.add(textOf(resource, 'uuid'));
    this.add(textOf(resource, 'name'));
  }
}
