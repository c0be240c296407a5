export interface Openstack {
  /** Where its configuration, logs and data are. */
  readonly folder: string;
  readonly ports: Readonly<Record<string, number>>;
  /** Port of its MariaDB, where the user `magnum` with that password may do everything. */
  readonly database: number;
  /** Its RabbitMQ, as `transport_url` takes it. */
  readonly broker: string;
  /** Without `/v3`. */
  readonly keystone: string;
  /** Of everybody. */
  readonly password: string;
  /** Ends a service: `keystone`, `heat-engine`, `heat-api`, … */
  suspend(service: string): Promise<void>;
  resume(service: string): Promise<void>;
}
export function startOpenstack(options: { readonly log: (line: string) => void }): Promise<Openstack & { stop(): Promise<void> }>;
export function openstackAt(folder: string): Openstack;
