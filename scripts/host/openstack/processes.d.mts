export interface Command {
  /** The program and its words. */
  readonly argv: readonly string[];
  /** What it gets in its environment beside the usual. */
  readonly env: Readonly<Record<string, string>>;
}

/** How long a service may take until it answers, milliseconds. */
export const READY_WITHIN: number;
export function startProcess(folder: string, name: string, command: Command): void;
export function stopProcess(folder: string, name: string): Promise<void>;
/** Rejects with the program that failed and the last error line of its own output. */
export function runAll(folder: string, component: string, commands: readonly (readonly string[])[]): Promise<void>;
export function answering(folder: string, name: string, port: number): Promise<void>;
/** `from`: how many bytes of the log are passed over. */
export function lastErrorIn(folder: string, name: string, from?: number): string;
export function complaintsIn(folder: string): readonly string[];
