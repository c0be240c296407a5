import type { ChannelModel, ConfirmChannel, RecoveringChannelModel } from 'amqplib';
import { addJitter, backoffMs } from '../../concurrency/backoff.js';
import { underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import type { Logger } from '../../ports/logger.js';
import type { Random } from '../../ports/random.js';
import { BrokerRing, type BrokerAddress, type BrokerTls } from './brokers.js';
import { closeInTime, listenToEveryConnection } from './connection-errors.js';

export interface PublisherOptions {
  /** Tried in turn. */
  readonly brokers: readonly BrokerAddress[];
  readonly tls?: BrokerTls;
  /** Whether exchanges outlive a restart of the broker. */
  readonly durable: boolean;
  readonly logger: Logger;
  readonly random: Random;
}

/** Publishes on a broker that carries nothing else of this service: no queue is made there. */
export interface Publisher {
  /** Rejects where the broker does not take the message. */
  publish(exchange: string, routingKey: string, body: JsonObject): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
const CONFIRM_MS = 2_000;
const BACKOFF = { firstMs: 625, maxMs: 5_000 };

/** Returns at once: a broker that is away is waited for in the background, and messages are refused meanwhile. */
export async function amqpPublisher(options: PublisherOptions): Promise<Publisher> {
  const { logger, random, durable } = options;
  listenToEveryConnection();
  const ring = new BrokerRing(options.brokers, random.below(options.brokers.length));
  let connection: ChannelModel | undefined;
  let channel: ConfirmChannel | undefined;
  /** A channel ends where an exchange was declared in another way by others: the next message gets a new one. */
  const openChannel = async (): Promise<ConfirmChannel> => {
    if (channel) return channel;
    if (!connection) throw new DomainError('engine-unavailable', 'The broker of the notifications cannot be reached.');
    const opened = await connection.createConfirmChannel();
    opened.on('error', (error: Error) => logger.warn('channel of notifications failed', { error: error.message }));
    opened.once('close', () => {
      if (channel === opened) channel = undefined;
    });
    channel = opened;
    return opened;
  };
  // Loaded here: a service on one machine has no broker.
  const { default: amqplib } = await import('amqplib');
  const model: RecoveringChannelModel = await amqplib.connect(ring.current, {
    ...options.tls,
    timeout: CONNECT_MS,
    recovery: {
      waitForConnect: false,
      maxRetries: Infinity,
      calculateDelay: (attempt: number) => addJitter(backoffMs(BACKOFF, Math.max(0, attempt - 1)), random),
      setup: (model: ChannelModel) => {
        model.on('error', (error: Error) => logger.warn('broker of notifications failed', { error: error.message }));
        connection = model;
        channel = undefined;
        logger.info('broker of notifications connected', { broker: ring.name });
        return Promise.resolve();
      },
    },
  });
  model.on('connect-failed', (error: Error) => {
    logger.warn('broker of notifications unreachable', { broker: ring.name, error: error.message });
    ring.next();
  });
  model.on('disconnect', () => {
    connection = undefined;
    channel = undefined;
  });
  model.on('error', () => undefined);
  return {
    publish: async (exchange, routingKey, body) => {
      const open = await openChannel();
      await open.assertExchange(exchange, 'topic', { durable });
      const content = { contentType: 'application/json', contentEncoding: 'utf-8', persistent: true };
      open.publish(exchange, routingKey, Buffer.from(JSON.stringify(body)), content);
      await underDeadline({ milliseconds: CONFIRM_MS }, () => open.waitForConfirms());
    },
    close: async () => {
      const current = connection;
      connection = undefined;
      channel = undefined;
      await closeInTime(model, current);
    },
  };
}
