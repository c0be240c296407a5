/** Authenticated encryption of what must rest in a database. `context` binds a sealed text to its place. */
export interface Sealer {
  seal(plain: string, context: string): string;
  /** Throws a DomainError (`internal`) when the text was not sealed by this key for this context. */
  open(sealed: string, context: string): string;
}
