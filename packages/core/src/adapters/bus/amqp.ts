import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';
import { addJitter, backoffMs } from '../../concurrency/backoff.js';
import { DeadlineError, underDeadline } from '../../concurrency/deadline.js';
import { DomainError } from '../../domain/errors.js';
import type { BayId } from '../../domain/ids.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js';
import type { RpcHandlers, CallOptions, MessageBus, RpcMethod, RpcMethods } from '../../ports/bus.js';
import type { Logger } from '../../ports/logger.js';
import type { Random } from '../../ports/random.js';
import type { Tracer } from '../../ports/tracer.js';
import { BrokerRing, type BrokerAddress, type BrokerTls } from './brokers.js';
import { bytesOf, encodeAnswer, encodeFailure, decodeReply, parseMessage } from './envelope.js';
import { closeInTime, cut, listenToEveryConnection } from './connection-errors.js';

export interface AmqpBusOptions {
  /** Tried in turn. */
  readonly brokers: readonly BrokerAddress[];
  readonly tls?: BrokerTls;
  /** Prefix of queues: `[conductor] topic`. */
  readonly topic: string;
  readonly logger: Logger;
  readonly random: Random;
  readonly tracer: Tracer;
  /** Whether exchanges that are published to outlive a restart of the broker: as other publishers declare them. */
  readonly durableExchanges?: boolean;
}

/** A bus that holds a connection: it is closed at the end. */
export interface AmqpBus extends MessageBus {
  /** Publishes to a topic exchange under a routing key, for its subscribers; rejects where the broker does not take it. */
  publish(exchange: string, routingKey: string, body: JsonObject): Promise<void>;
  /** Whether the broker can be spoken to now. */
  readonly connected: () => boolean;
  close(): Promise<void>;
}

const PREFETCH = 20;
const CONNECT_MS = 5_000;
const CONFIRM_MS = 2_000;
const BACKOFF = { firstMs: 200, maxMs: 5_000 };
const REPLY_TO = 'amq.rabbitmq.reply-to';
const MOST_DELIVERIES = 5;

/** RabbitMQ: a durable queue of wake-ups, direct reply-to for RPC calls, a dead-letter queue for messages that cannot be read. */
export async function amqpBus(options: AmqpBusOptions): Promise<AmqpBus> {
  listenToEveryConnection();
  const link = new Link(options);
  await link.open();
  return {
    cast: (message) => link.ring(message.bayId),
    onWake: (listener) => link.onWake(listener),
    call: (question, args, call) => link.ask(question, args, call),
    serve: (answers) => link.serve(answers),
    publish: (exchange, routingKey, body) => link.publish(exchange, routingKey, body),
    connected: () => link.connected,
    close: () => link.close(),
  };
}

interface Waiting {
  readonly resolve: (reply: JsonValue) => void;
  readonly reject: (error: Error) => void;
}

/** One connection with two channels: one publishes under confirms, one consumes; both are made again after every reconnect. */
class Link {
  readonly #options: AmqpBusOptions;
  readonly #brokers: BrokerRing;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(bayId: BayId) => void>();
  #answers: RpcHandlers | undefined;
  #model: RecoveringChannelModel | undefined;
  /** The connection of the moment, also while it is being set up. */
  #current: ChannelModel | undefined;
  #channel: ConfirmChannel | undefined;
  #blocked = false;
  #attempt = 0;

  constructor(options: AmqpBusOptions) {
    this.#options = options;
    this.#brokers = new BrokerRing(options.brokers, options.random.below(options.brokers.length));
  }

  get connected(): boolean {
    return this.#channel !== undefined && !this.#blocked;
  }

  /** Returns at once: a broker that is away is waited for in the background. */
  async open(): Promise<void> {
    const { logger, tls } = this.#options;
    // Loaded here: a service on one machine has no broker.
    const { default: amqplib } = await import('amqplib');
    this.#model = await amqplib.connect(this.#brokers.current, {
      ...tls,
      timeout: CONNECT_MS,
      recovery: {
        waitForConnect: false,
        maxRetries: Infinity,
        calculateDelay: (attempt: number) => this.#delay(attempt),
        setup: (model: ChannelModel) => this.#setUp(model),
      },
    });
    this.#model.on('connect-failed', (error: Error) => {
      logger.warn('broker unreachable', { broker: this.#brokers.name, error: error.message });
      this.#brokers.next();
    });
    this.#model.on('disconnect', (error: Error | undefined) => this.#onConnectionLost(error));
    this.#model.on('blocked', () => {
      this.#blocked = true;
      logger.warn('broker refuses messages');
    });
    this.#model.on('unblocked', () => {
      this.#blocked = false;
    });
    // A failure arrives as `disconnect`; an error event without a listener would end the process.
    this.#model.on('error', () => undefined);
  }

  #delay(attempt: number): number {
    // Every broker is tried before the wait grows.
    const round = Math.floor((attempt - 1) / this.#brokers.size) + 1;
    return addJitter(backoffMs(BACKOFF, round), this.#options.random);
  }

  /** The recovering model listens to this one only from the end of the setup on. */
  async #setUp(model: ChannelModel): Promise<void> {
    model.on('error', () => undefined);
    this.#current = model;
    try {
      await this.#makeChannel(model);
    } catch (error) {
      await cut(model, new Error('the setup of the connection failed'));
      throw error;
    }
  }

  async #makeChannel(model: ChannelModel): Promise<void> {
    const { topic, logger } = this.#options;
    const channel = await model.createConfirmChannel();
    channel.on('error', (error: Error) => logger.warn('broker channel failed', { error: error.message }));
    channel.on('return', (message) => this.#onReturned(message));
    await channel.prefetch(PREFETCH);
    await channel.assertQueue(`${topic}.dead`, { durable: true });
    const dead = { deadLetterExchange: '', deadLetterRoutingKey: `${topic}.dead` };
    await channel.assertQueue(`${topic}.wake`, { durable: true, ...dead });
    await channel.assertQueue(`${topic}.questions`, { durable: true, ...dead });
    await channel.consume(REPLY_TO, (message) => this.#onReply(message), { noAck: true });
    if (this.#listeners.size > 0) await this.#consumeWakes(channel);
    if (this.#answers) await this.#consumeQuestions(channel);
    this.#channel = channel;
    this.#attempt += 1;
    logger.info('broker connected', { broker: this.#brokers.name, times: this.#attempt });
  }

  #onConnectionLost(error: Error | undefined): void {
    this.#channel = undefined;
    this.#blocked = false;
    this.#options.logger.warn('broker connection lost', { broker: this.#brokers.name, error: error?.message });
    for (const { reject } of this.#waiting.values()) reject(away());
    this.#waiting.clear();
  }

  /** Never fails and never waits long: the work is in the database already. */
  async ring(bayId: BayId): Promise<void> {
    const channel = this.connected ? this.#channel : undefined;
    if (!channel) return;
    try {
      channel.sendToQueue(`${this.#options.topic}.wake`, Buffer.from(JSON.stringify({ kind: 'wake', bayId })), {
        persistent: true,
        contentType: 'application/json',
      });
      await within(channel.waitForConfirms(), CONFIRM_MS);
    } catch (error) {
      this.#options.logger.warn('wake-up not sent', { bayId, error });
    }
  }

  async publish(exchange: string, routingKey: string, body: JsonObject): Promise<void> {
    const channel = this.connected ? this.#channel : undefined;
    if (!channel) throw away();
    // As oslo.messaging declares it: a topic exchange that is gone with its last listener's interest.
    await channel.assertExchange(exchange, 'topic', { durable: this.#options.durableExchanges === true });
    channel.publish(exchange, routingKey, Buffer.from(JSON.stringify(body)), {
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      persistent: true,
    });
    await within(channel.waitForConfirms(), CONFIRM_MS);
  }

  onWake(listener: (bayId: BayId) => void): () => void {
    const first = this.#listeners.size === 0;
    this.#listeners.add(listener);
    if (first && this.#channel)
      void this.#consumeWakes(this.#channel).catch((error: unknown) =>
        this.#options.logger.warn('wake-ups cannot be received', { error }),
      );
    return () => this.#listeners.delete(listener);
  }

  async #consumeWakes(channel: ConfirmChannel): Promise<void> {
    await channel.consume(`${this.#options.topic}.wake`, (message) => {
      if (!message) return;
      const body = parseMessage(message.content);
      const named = isJsonObject(body) ? body['bayId'] : undefined;
      if (typeof named !== 'string') return refuse(channel, message);
      channel.ack(message);
      // Any text passes for an id here: the wake-up of an unknown bay makes the loop look once, which does no harm.
      const bayId = named as BayId;
      for (const listener of this.#listeners) listener(bayId);
    });
  }

  async ask<Q extends RpcMethod>(
    question: Q,
    args: RpcMethods[Q]['args'],
    options: CallOptions,
  ): Promise<RpcMethods[Q]['reply']> {
    const channel = this.connected ? this.#channel : undefined;
    if (!channel) throw away();
    const id = randomUUID();
    const reply = new Promise<JsonValue>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const giveUp = (): void =>
      this.#waiting.get(id)?.reject(new DomainError('deadline-exceeded', 'The bay did not answer in time. Try again later.'));
    const timer = setTimeout(giveUp, options.timeoutMs);
    options.signal?.addEventListener('abort', giveUp, { once: true });
    try {
      channel.sendToQueue(`${this.#options.topic}.questions`, Buffer.from(JSON.stringify({ question, args })), {
        correlationId: id,
        replyTo: REPLY_TO,
        expiration: String(options.timeoutMs),
        headers: { traceparent: this.#options.tracer.current() ?? undefined },
        mandatory: true,
        contentType: 'application/json',
      });
      return decodeReply(await reply) as RpcMethods[Q]['reply']; // answered by the same type's answerer
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', giveUp);
      this.#waiting.delete(id);
    }
  }

  #onReply(message: ConsumeMessage | null): void {
    const waiting = message && this.#waiting.get(String(message.properties.correlationId));
    if (waiting) waiting.resolve(parseMessage(message.content) ?? null);
  }

  #onReturned(message: { readonly properties: { readonly correlationId?: unknown } }): void {
    this.#waiting.get(String(message.properties.correlationId))?.reject(away());
  }

  async serve(answers: RpcHandlers): Promise<{ stop(): Promise<void> }> {
    this.#answers = answers;
    if (this.#channel) await this.#consumeQuestions(this.#channel);
    return {
      stop: async () => {
        this.#answers = undefined;
        await this.#channel?.cancel(`${this.#options.topic}.questions.${process.pid}`).catch(() => undefined);
      },
    };
  }

  /** Acknowledged on receipt: a caller that tries again sends a new message, and no long answer delays the channel's acknowledgements. */
  async #consumeQuestions(channel: ConfirmChannel): Promise<void> {
    const consume = async (message: ConsumeMessage | null): Promise<void> => {
      if (!message) return;
      const body = parseMessage(message.content);
      if (!isQuestion(body) || wasDeliveredTooOften(message)) return refuse(channel, message);
      channel.ack(message);
      const answer = (): Promise<JsonValue> =>
        this.#answer(body.question, body.args, Number(message.properties.expiration) || 60_000);
      const reply = await this.#withinTrace(message, body.question, answer);
      channel.sendToQueue(String(message.properties.replyTo), bytesOf(reply), {
        correlationId: String(message.properties.correlationId),
      });
    };
    await channel.consume(
      `${this.#options.topic}.questions`,
      (message) => {
        void consume(message).catch((error: unknown) => this.#options.logger.warn('RPC call not answered', { error }));
      },
      { consumerTag: `${this.#options.topic}.questions.${process.pid}` },
    );
  }

  /** An answer belongs to the trace of the request that asked. */
  #withinTrace<T>(message: ConsumeMessage, question: string, work: () => Promise<T>): Promise<T> {
    const parent: unknown = message.properties.headers?.['traceparent'];
    if (typeof parent !== 'string') return work();
    return this.#options.tracer.span('conductor.answer', { parent, attributes: { question } }, work);
  }

  async #answer(question: string, args: unknown, timeoutMs: number): Promise<JsonValue> {
    const answers = this.#answers;
    if (!answers || !Object.hasOwn(answers, question))
      return encodeFailure(new DomainError('engine-unavailable', 'No conductor answers this question.'));
    try {
      // The name is one of the answers'; the arguments were made by the same version's `ask`, or its answerer refuses them.
      const answer = answers[question as RpcMethod] as (args: unknown, signal: AbortSignal) => Promise<unknown>;
      return encodeAnswer(await underDeadline({ milliseconds: timeoutMs }, (signal) => answer(args, signal)));
    } catch (error) {
      if (error instanceof DeadlineError)
        return encodeFailure(new DomainError('deadline-exceeded', 'The bay did not answer in time. Try again later.'));
      if (!(error instanceof DomainError)) this.#options.logger.error('RPC call failed', { question, error });
      return encodeFailure(error);
    }
  }

  async close(): Promise<void> {
    for (const { reject } of this.#waiting.values()) reject(away());
    this.#waiting.clear();
    this.#channel = undefined;
    if (this.#model) await closeInTime(this.#model, this.#current);
  }
}

function isQuestion(body: JsonValue | undefined): body is { readonly question: string; readonly args: JsonValue } {
  return isJsonObject(body ?? null) && typeof (body as { question?: unknown }).question === 'string'; // asked one line up
}

/** A message that ended its reader several times is moved to the dead letters. */
function wasDeliveredTooOften(message: ConsumeMessage): boolean {
  const count: unknown = message.properties.headers?.['x-delivery-count'];
  return typeof count === 'number' && count >= MOST_DELIVERIES;
}

function refuse(channel: ConfirmChannel, message: ConsumeMessage): void {
  channel.nack(message, false, false);
}

function away(): DomainError {
  return new DomainError('engine-unavailable', 'The message broker or the conductor cannot be reached. Try again later.');
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the broker did not confirm in time')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
