export function sdkTools(log?: (line: string) => void): string;
export function importTool(path: string): Promise<Record<string, unknown>>;
export function compilerOf(release: '5.5' | '5.9' | '7'): string;
export function workerdProgram(): string | undefined;
