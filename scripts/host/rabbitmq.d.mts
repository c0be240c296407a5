export interface Rabbitmq {
  readonly port: number;
  /** For `[DEFAULT] transport_url`. */
  readonly url: string;
  restart(signal?: NodeJS.Signals): Promise<void>;
  control(words: readonly string[]): Promise<void>;
  suspend(signal?: NodeJS.Signals): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}
export function startRabbitmq(options: { readonly log: (line: string) => void }): Promise<Rabbitmq>;
