import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../domain/json.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { BayNotification, Notifier } from '../../ports/notifier.js';

/** Publishes a body under a routing key; rejects where the broker does not take it. */
export type Publish = (routingKey: string, body: JsonObject) => Promise<void>;

export interface NotifierOptions {
  readonly publish: Publish;
  /** `[oslo_messaging_notifications] topics` */
  readonly topics: readonly string[];
  readonly host: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where nothing is notified. */
export const noNotifier: Notifier = { notify: () => Promise.resolve() };

const USER = 'service/security/account/user';
const CLUSTER = 'service/magnum/cluster';
const PRIORITIES = { pending: 'info', success: 'info', failure: 'error' } as const;

/** CADF events in oslo.messaging's version 2 envelope: what ceilometer and its kin read (docs/contract/conductor.md#notifications). */
export function osloNotifier(options: NotifierOptions): Notifier {
  return {
    notify: async (notification) => {
      const priority = PRIORITIES[notification.outcome];
      const body = envelope(messageOf(notification, options, priority.toUpperCase()));
      for (const topic of options.topics) {
        await options.publish(`${topic}.${priority}`, body).catch((error: unknown) => {
          options.logger.warn('notification not sent', { bayId: notification.bay.id, operation: notification.operation, error });
        });
      }
    },
  };
}

function envelope(message: JsonObject): JsonObject {
  return { 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) };
}

function messageOf(notification: BayNotification, options: NotifierOptions, priority: string): JsonObject {
  const now = options.clock.now();
  return {
    message_id: randomUUID(),
    publisher_id: `magnum.${options.host}`,
    event_type: `magnum.cluster.${notification.operation}`,
    priority,
    timestamp: now.toISOString().replace('T', ' ').replace('Z', '000'),
    payload: cadfEvent(notification, now),
  };
}

function cadfEvent(notification: BayNotification, now: Date): JsonObject {
  const { bay, operation, outcome } = notification;
  return {
    typeURI: 'http://schemas.dmtf.org/cloud/audit/1.0/event',
    eventType: 'activity',
    id: randomUUID(),
    eventTime: now.toISOString(),
    action: operation,
    outcome,
    initiator: { typeURI: USER, id: bay.userId, user_id: bay.userId, project_id: bay.projectId },
    observer: { typeURI: CLUSTER, id: 'magnum' },
    target: {
      typeURI: CLUSTER,
      id: bay.id,
      name: bay.name,
      attachments: [{ typeURI: CLUSTER, name: 'cluster_data', content: contentOf(notification) }],
    },
  };
}

function contentOf({ bay, nodeCount, masterCount }: BayNotification): JsonObject {
  const { desired, observed } = bay;
  return {
    status: observed.status,
    status_reason: observed.statusReason,
    project_id: bay.projectId,
    created_at: bay.createdAt.toISOString(),
    updated_at: bay.updatedAt?.toISOString() ?? null,
    cluster_template_id: desired.bayModelId,
    keypair: desired.keypair,
    docker_volume_size: desired.dockerVolumeSize,
    labels: desired.labels,
    master_flavor_id: desired.masterFlavorId,
    flavor_id: desired.flavorId,
    stack_id: observed.stackId,
    health_status: observed.health,
    create_timeout: desired.createTimeout,
    api_address: observed.apiAddress,
    discovery_url: observed.discoveryUrl,
    node_addresses: observed.nodeAddresses,
    master_addresses: observed.masterAddresses,
    node_count: nodeCount,
    master_count: masterCount,
  };
}
