import type { Openstack } from '../../scripts/host/openstack.mjs';
import { HttpProxy, type HttpFault } from '../support/http-proxy.js';

const STRUCK = ['heat-api', 'keystone', 'nova-api', 'heat-api', 'neutron', 'keystone', 'heat-api', 'glance', 'octavia'];

/** The services of a cloud, each behind a proxy that can fail its requests. Other services of the cloud ask each other directly. */
export class Neighbours {
  readonly #proxies: ReadonlyMap<string, HttpProxy>;

  private constructor(proxies: ReadonlyMap<string, HttpProxy>) {
    this.#proxies = proxies;
  }

  static async before({ ports }: Pick<Openstack, 'ports'>): Promise<Neighbours> {
    const proxies = new Map<string, HttpProxy>();
    for (const [name, port] of Object.entries(ports)) if (name !== 'magnum') proxies.set(name, await HttpProxy.before(port));
    // Keystone's catalog says where the others are.
    const addresses = [...proxies].map(([name, proxy]) => [ports[name], proxy.port]);
    const rewrite = (text: string): string =>
      text.replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, (whole, port: string) => {
        const proxied = addresses.find(([direct]) => String(direct) === port)?.[1];
        return proxied === undefined ? whole : `http://127.0.0.1:${proxied}`;
      });
    const keystone = proxies.get('keystone');
    if (keystone) keystone.rewrite = rewrite;
    return new Neighbours(proxies);
  }

  /** Those that can be failed, as often as the service asks them; counted round by a plan. */
  get names(): readonly string[] {
    return STRUCK.filter((name) => this.#proxies.has(name));
  }

  get keystone(): string {
    return `http://127.0.0.1:${this.#proxies.get('keystone')?.port ?? 0}`;
  }

  /** Requests that were failed since the start. */
  get failed(): number {
    return [...this.#proxies.values()].reduce((sum, { failed }) => sum + failed, 0);
  }

  fail(name: string, fault: HttpFault, random: () => number): void {
    this.#proxies.get(name)?.fail({ fault, share: 0.3 + 0.7 * random(), random });
  }

  heal(name: string): void {
    this.#proxies.get(name)?.heal();
  }

  async close(): Promise<void> {
    for (const proxy of this.#proxies.values()) await proxy.close();
  }
}
