import type { BuildOptions } from 'esbuild';

export const PROGRAMS: Readonly<Record<'all of it' | 'a client with a password' | 'one resource' | 'one list', string>>;
export const GOALS: Readonly<Record<'all of it' | 'one list', number>>;
export function bundle(program: string, target: 'browser' | 'workerd', options?: BuildOptions): Promise<string>;
export function compressedBytes(text: string): number;
export function benchSdk(): Promise<object[]>;
