import { hostname } from 'node:os';
import type { AmqpBus } from '../adapters/bus/amqp.js';
import { noNotifier, osloNotifier, type Publish } from '../adapters/bus/notifications.js';
import { amqpPublisher } from '../adapters/bus/publisher.js';
import { brokerLink } from './broker.js';
import type { Config } from '../config/config.js';
import type { JsonObject } from '../domain/json.js';
import type { Logger } from '../ports/logger.js';
import type { Notifier } from '../ports/notifier.js';
import type { Platform } from '../ports/platform.js';

/** What `[oslo_messaging_notifications]` asks for; it is closed at the end. */
export interface Notifications {
  readonly notifier: Notifier;
  close(): Promise<void>;
}

/**
 * Each driver that is listed publishes: `messaging` and `messagingv2` on the broker of the bus, or on another one where `transport_url`
 * names it; `log` into the log. Without any of them nothing is notified.
 */
export async function composeNotifications(platform: Platform, config: Config, bus: AmqpBus): Promise<Notifications> {
  const { driver, topics } = config.sections.oslo_messaging_notifications;
  const drivers = new Set(driver);
  const toBroker =
    drivers.has('messaging') || drivers.has('messagingv2') ? await brokerPublish(platform, config, bus) : undefined;
  const publishes = [...(toBroker ? [toBroker.publish] : []), ...(drivers.has('log') ? [logPublish(platform.logger)] : [])];
  const close = toBroker?.close ?? (() => Promise.resolve());
  if (publishes.length === 0) return { notifier: noNotifier, close };
  const notifiers = publishes.map((publish) =>
    osloNotifier({
      publish,
      topics,
      host: config.sections.DEFAULT.host ?? hostname(),
      clock: platform.clock,
      logger: platform.logger,
    }),
  );
  return { notifier: { notify: async (event) => void (await Promise.all(notifiers.map((one) => one.notify(event)))) }, close };
}

/** Exchanges are as oslo.messaging declares them. */
export function areExchangesDurable(config: Config): boolean {
  return config.sections.oslo_messaging_rabbit.amqp_durable_queues;
}

async function brokerPublish(
  { logger, random }: Platform,
  config: Config,
  bus: AmqpBus,
): Promise<{ publish: Publish; close(): Promise<void> }> {
  const exchange = config.sections.DEFAULT.control_exchange;
  const own = config.sections.oslo_messaging_notifications.transport_url;
  if (own === null || own === config.sections.DEFAULT.transport_url)
    return { publish: (routingKey, body) => bus.publish(exchange, routingKey, body), close: () => Promise.resolve() };
  const publisher = await amqpPublisher({
    ...brokerLink(config, 'oslo_messaging_notifications'),
    durable: areExchangesDurable(config),
    logger,
    random,
  });
  return { publish: (routingKey, body) => publisher.publish(exchange, routingKey, body), close: () => publisher.close() };
}

/** As an object, so that the log masks in it what it masks everywhere. */
function logPublish(logger: Logger): Publish {
  return async (routingKey, body) => {
    const message: unknown = JSON.parse(String(body['oslo.message']));
    logger.info('notification', { routingKey, message: message as JsonObject }); // made by the notifier
  };
}
