export type EngineFound = { available: true; socket: string; startedPid?: number; stop(): Promise<void> };
export type EngineMissing = { available: false; reason: string };
export function ensureDocker(options: {
  install: boolean;
  log(line: string): void;
  signal?: AbortSignal;
  socket?: string;
}): Promise<EngineFound | EngineMissing>;
