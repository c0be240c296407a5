export interface Cloud {
  readonly folder: string;
  /** Port of each service. */
  readonly ports: Readonly<Record<string, number>>;
  /** Port of the database. */
  readonly database: number;
  /** Address of the message broker. */
  readonly broker: string;
}
export interface CommonLines {
  db(name: string): string;
  account(user: string): string[];
  service(user: string): string[];
  authtoken(user: string): string[];
}
export function commonLines(cloud: Pick<Cloud, 'ports' | 'database'>): CommonLines;
/** Text of every configuration file, by its path below `etc`. */
export function configurations(cloud: Cloud): Readonly<Record<string, string>>;
