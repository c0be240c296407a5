import type { StackName } from '../domain/ids.js';
import type { JsonObject, JsonValue } from '../domain/json.js';
import type { Secret } from '../domain/secret.js';

/** Under whose name a call to the cloud is made. */
export interface CloudAccess {
  readonly projectId: string;
  readonly userId: string;
  /** What the name is proven with. Absent: the service's own rights, which look and delete, but make nothing for others. */
  readonly credential?: CloudCredential;
}

/** The token of the request that is being served, or the trust that the bay's owner has given to the service. */
export type CloudCredential =
  | { readonly kind: 'token'; readonly token: Secret }
  | {
      readonly kind: 'trust';
      readonly trustId: string;
      readonly userId: string;
      /** Where the account's password rests in the vault. */
      readonly passwordRef: string;
    };

/** A complete Heat stack. Nested templates and scripts travel in `files`, under the names that the template uses. */
export interface StackSpec {
  readonly name: StackName;
  readonly template: JsonObject;
  readonly files: Readonly<Record<string, string>>;
  /** Secrets stay wrapped until they leave the process; the template declares them `hidden`. */
  readonly parameters: Readonly<Record<string, JsonValue | Secret>>;
  /** Minutes for the whole operation; 0 means no limit. */
  readonly timeoutMinutes: number;
  /** Whether a failed operation is undone by the orchestrator. */
  readonly rollbackOnFailure: boolean;
  /** Carried by the stack; the driver's generation tag names the generation that was last applied. */
  readonly tags: readonly string[];
}

export const STACK_ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'ROLLBACK'] as const;
export type StackAction = (typeof STACK_ACTIONS)[number];
export const STACK_STATES = ['IN_PROGRESS', 'COMPLETE', 'FAILED'] as const;
export type StackState = (typeof STACK_STATES)[number];

export interface StackSnapshot {
  readonly id: string;
  readonly name: StackName;
  readonly action: StackAction;
  readonly state: StackState;
  /** Heat's words. */
  readonly reason: string;
  readonly tags: readonly string[];
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** All resources, nested ones included, in dependency order. */
  readonly resources: readonly StackResource[];
  /** Id of the newest event, where the orchestrator sends it along: it saves a call for events that are known. */
  readonly newestEvent?: number;
}

/** Where a stack is found by the service's own rights: the name alone could be another project's. */
export interface StackAddress {
  readonly name: StackName;
  readonly projectId: string;
}

/** What an orchestrator takes at most; null where it has no such bound. */
export interface StackLimits {
  /** Of each template, nested ones for themselves: Heat's `max_template_size`. */
  readonly templateBytes: number | null;
  /** Of the whole stack with all its files, as it is sent: Heat's `max_json_body_size`. */
  readonly requestBytes: number | null;
  /** Of the whole stack, nested stacks and what is in them counted: Heat's `max_resources_per_stack`. */
  readonly resources: number | null;
  /** Stacks within stacks: Heat's `max_nested_stack_depth`. */
  readonly depth: number | null;
}

export interface StackResource {
  /** Names from the root down: `['worker-7f3a', 'server']` is `server` in the nested stack `worker-7f3a`. */
  readonly path: readonly string[];
  readonly type: string;
  readonly physicalId: string | null;
  readonly action: StackAction | 'INIT';
  readonly state: StackState;
  readonly reason: string;
  /** That it failed because a neighbour did not answer the orchestrator, which does not try again by itself. */
  readonly mayPass?: boolean;
}

export interface StackEvent {
  /** Grows within a stack; pass it as `after` to read on. */
  readonly id: number;
  readonly at: Date;
  /** Empty for the stack itself. */
  readonly path: readonly string[];
  readonly type: string;
  /** The neighbour's id of the resource, as far as there is one already; of the stack itself its own. */
  readonly physicalId: string | null;
  readonly action: StackAction | 'INIT' | 'SIGNAL';
  readonly state: StackState;
  readonly reason: string;
}

/**
 * Heat, or the embedded engine. Errors are DomainErrors: `cloud-refused` and `cloud-quota-exceeded` are final,
 * `cloud-unavailable` and `operation-in-progress` pass by themselves, `conflict` means that the name is taken
 * (the caller then finds and adopts the stack).
 */
export interface Orchestrator {
  readonly limits: StackLimits;
  /** Absent stacks are absent from the map. A stack that is completely deleted counts as absent. */
  find(names: readonly StackName[], access: CloudAccess, signal: AbortSignal): Promise<ReadonlyMap<StackName, StackSnapshot>>;
  /**
   * Many stacks of many projects in one call, under the service's own rights. Absent as for `find`; a stack of that name in
   * another project is not returned. Asked again and again while stacks are in progress, so it has to be cheap.
   */
  findAll(stacks: readonly StackAddress[], signal: AbortSignal): Promise<ReadonlyMap<StackName, StackSnapshot>>;
  create(spec: StackSpec, access: CloudAccess, signal: AbortSignal): Promise<StackSnapshot>;
  update(stackId: string, spec: StackSpec, access: CloudAccess, signal: AbortSignal): Promise<StackSnapshot>;
  /** Deleting what is gone, or being deleted, is success. */
  delete(stackId: string, access: CloudAccess, signal: AbortSignal): Promise<void>;
  /** Oldest first, at most `limit`, all later than `after`. */
  events(stackId: string, after: number, limit: number, access: CloudAccess, signal: AbortSignal): Promise<readonly StackEvent[]>;
}
