import type { JsonObject } from '../../domain/json.js';
import type { NodeGroup } from '../../domain/node-group.js';
import type { RenderInput } from '../../ports/bay-driver.js';
import type { IgnitionSystem } from './heat/ignition.js';
import type { NodeScripts } from './node/scripts.js';
import type { Settings } from './node/settings.js';

/**
 * What one driver that makes servers through Heat does differently from another.
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
  /** Further ports of masters that clients reach, on the load balancer as well. The name is part of names of resources. */
  readonly furtherPorts?: readonly { readonly name: string; readonly port: number }[];
  /** Whether a bay's `api_address` is shown as an address alone, as earlier drivers of this engine showed it; absent: as a URL. */
  readonly showsAddressAlone?: true;
  /** Path that answers 200 where the API on a master is ready, asked for by the load balancer over TLS. Absent: an open port is enough. */
  readonly readyPath?: string;
  /** Who may reach which port of the nodes. */
  securityRules(settings: Settings): SecurityRules;
  /** Settings that only this driver's scripts read, the same for all nodes. Literals only: a function would be resolved by Heat. */
  plainSettings(input: RenderInput): JsonObject;
  /** Settings for its scripts that are known when the node's stack is made: functions of Heat inside of the template of a node. */
  readonly runtimeValues?: JsonObject;
  /** Settings of one node group for this driver's scripts. Literals only. */
  groupSettings?(input: RenderInput, group: NodeGroup): JsonObject;
  /** Ranges, beyond its own address, from which a node's port may send: where packets of containers are not encapsulated. */
  allowedAddresses?(settings: Settings): readonly string[];
  /** Scripts of a node. The steps that node.sh runs, in order, are `STEPS` in the driver's part of the library. */
  readonly scripts: NodeScripts;
  /** By the distribution of an image whose servers boot by Ignition: what they need of it. Servers of every other distribution run cloud-init. */
  readonly ignition?: Readonly<Record<string, IgnitionSystem>>;
  /** Volume of each master for the engine's own store, which must survive what fills the server's disk. Absent: its stores are small. */
  storeVolume?(input: RenderInput): StoreVolume | undefined;
  /** Names of a node's resources in its own stack, where other programs look for them; the shared names where absent. */
  readonly resourceNames?: { readonly master: NodeResourceNames; readonly worker: NodeResourceNames };
  /**
   * Name of the resource that holds a group's nodes in a nested stack of that group. Absent: workers are resources of the root, or of a
   * shard. Masters are resources of the root in any case: load balancer and invitations read their outputs.
   */
  readonly groupNodes?: string;
}

export interface StoreVolume {
  /** GB */
  readonly size: number;
  /** The cloud's default when undefined. */
  readonly type: string | undefined;
}

export interface NodeResourceNames {
  readonly server: string;
  /** The condition that the node signals when it is part of its cluster. */
  readonly waitCondition: string;
}

/** Neutron's rules of each security group. A rule with `remote_mode: remote_group_id` is for members of that group alone. */
export interface SecurityRules {
  /** Of all nodes. */
  readonly node: readonly JsonObject[];
  readonly master: readonly JsonObject[];
  /** Absent: workers have the rules of all nodes alone. */
  readonly worker?: readonly JsonObject[];
}
