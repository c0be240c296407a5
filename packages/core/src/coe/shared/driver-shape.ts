import type { JsonObject } from '../../domain/json.js';
import type { RenderInput } from '../../ports/bay-driver.js';
import type { NodeScripts } from './node/scripts.js';

/**
 * What one driver that makes servers with cloud-init through Heat does differently from another.
 *
 * Network, load balancer, servers, volumes, wait conditions, certificates and the exchange of join data are alike for every engine, and
 * a second driver that copies them would drift away from the first. So shared code renders all of them, and a driver describes the
 * rest as data. Two rules hold: shared code knows no engine by name; and names of resources, parameters, outputs and files belong to
 * shared code and never change, because stacks that exist hold them, and a renamed resource is a replaced server.
 */
export interface DriverShape {
  /** Descriptions in the templates, for people who read a stack: of the bay, and of a node by its role. */
  readonly descriptions: { readonly bay: string; readonly master: string; readonly worker: string };
  readonly apiScheme: 'tcp' | 'https';
  /** Port of the engine's API, on every master and on the load balancer before them. */
  readonly apiPort: number;
  /** Neutron's rules for traffic of the engine; the remote side is always the bay's own nodes. */
  readonly securityRules: readonly JsonObject[];
  /** Settings that only this driver's scripts read, the same for all nodes. Literals only: a function would be resolved by Heat. */
  plainSettings(input: RenderInput): JsonObject;
  /** Scripts of a node. The steps that node.sh runs, in order, are `STEPS` in the driver's part of the library. */
  readonly scripts: NodeScripts;
}
