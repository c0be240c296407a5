export interface Installation {
  readonly folder: string;
  readonly packages: readonly string[];
  readonly bytes: number;
}
export function installPacked(): Installation;
export const CLI_NOTE: string;
export function benchCli(log: (line: string) => void): Promise<
  readonly {
    readonly what: string;
    readonly value: number;
    readonly unit: string;
    readonly goal?: number;
    readonly digits?: number;
  }[]
>;
