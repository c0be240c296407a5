export interface Random {
  uuid(): string;
  bytes(length: number): Uint8Array;
  /** A whole number, 0 ≤ n < limit. */
  below(limit: number): number;
}
