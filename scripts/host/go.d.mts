export function cacheFolder(): string;
export function goProgram(): string;
export function ensureGo(log: (line: string) => void): Promise<string>;
export function buildGoProgram(order: {
  readonly name: string;
  readonly sources: string;
  readonly flags?: readonly string[];
  readonly duration: string;
  readonly log: (line: string) => void;
}): Promise<string>;
