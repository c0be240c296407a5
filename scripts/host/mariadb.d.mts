export interface Mariadb {
  readonly port: number;
  /** For `[database] connection`. */
  readonly url: string;
  sql(text: string): string;
  restart(signal?: NodeJS.Signals): Promise<void>;
  suspend(signal?: NodeJS.Signals): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}
export function startMariadb(options: {
  readonly log: (line: string) => void;
  readonly settings?: readonly string[];
  readonly under?: string;
}): Promise<Mariadb>;
