/** Authenticated encryption of what must rest in a database. `context` binds a sealed text to its place. */
export interface Sealer {
  seal(plain: string, context: string): string;
  /** Throws a DomainError (`internal`) when the text was not sealed by one of the keys for this context. */
  open(sealed: string, context: string): string;
  /** Whether it was sealed by the newest key; false for texts of releases that named none. */
  isCurrent(sealed: string): boolean;
}
