export function cacheFolder(): string;
export function goProgram(): string;
export function ensureGo(log: (line: string) => void): Promise<string>;
