import { connect, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '@magnum-ts/core';
import {
  answersWith,
  type BayId,
  busContract,
  countingProxy,
  MAIN,
  openAtMost,
  selfSigned,
  systemRandom,
  until,
} from '@magnum-ts/core/testing';
import { startRabbitmq, type Rabbitmq } from '../../scripts/host/rabbitmq.mjs';
import { noTracer } from '../../packages/core/src/adapters/system/tracer.js';
import { amqpBus, type AmqpBus } from '../../packages/core/src/adapters/bus/amqp.js';
import { brokersIn, type BrokerTls } from '../../packages/core/src/adapters/bus/brokers.js';

const BAY = '11111111-2222-4333-8444-555555555555' as BayId;
let rabbitmq: Rabbitmq;
let topics = 0;
beforeAll(async () => {
  rabbitmq = await startRabbitmq({ log: (line) => process.stdout.write(`${line}\n`) });
}, 240_000);
afterAll(() => rabbitmq.stop());

async function open(topic: string, url = rabbitmq.url, tls?: BrokerTls): Promise<AmqpBus> {
  const bus = await amqpBus({
    brokers: brokersIn(url, tls !== undefined),
    ...(tls ? { tls } : {}),
    topic,
    logger: silentLogger,
    random: systemRandom,
    tracer: noTracer,
  });
  await until('the bus is connected', () => bus.connected(), { withinMs: 25_000 });
  return bus;
}

/** The reply to a question that is asked until it is answered. */
function answered(caller: AmqpBus): Promise<unknown> {
  const ask = (): Promise<unknown> => caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 2_000 });
  return until('the question is answered', ask, { withinMs: 60_000, everyMs: 100 });
}

busContract('RabbitMQ', async () => {
  topics += 1;
  const [caller, answerer] = [await open(`t${topics}`), await open(`t${topics}`)];
  return {
    caller,
    answerer,
    close: async () => {
      await caller.close();
      await answerer.close();
    },
  };
});

describe('RabbitMQ', () => {
  test(
    'while it is away: doorbells do not fail, questions are refused at once; afterwards both work again',
    { timeout: 90_000 },
    async () => {
      const [caller, answerer] = [await open('away'), await open('away')];
      await answerer.serve(answersAllWith('pem'));
      await rabbitmq.suspend('SIGKILL');
      await until('the caller has lost its connection', () => !caller.connected(), { withinMs: 25_000 });
      const begun = Date.now();
      await caller.cast({ kind: 'wake', bayId: BAY });
      await expect(caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 5_000 })).rejects.toMatchObject({
        status: 503,
      });
      expect(Date.now() - begun).toBeLessThan(1_000);
      await rabbitmq.resume();
      await until('both are connected again', () => caller.connected() && answerer.connected(), { withinMs: 25_000 });
      expect(await caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 10_000 })).toEqual({ pem: 'pem' });
      await caller.close();
      await answerer.close();
    },
  );

  test('one connection of a process carries all its doorbells, questions, answers and notifications', async () => {
    const proxy = await countingProxy(rabbitmq.port);
    const bus = await open('counted', `rabbit://guest:guest@127.0.0.1:${proxy.port}/`);
    await bus.serve(answersAllWith('pem'));
    const work = Array.from({ length: 50 }, () => [
      bus.cast({ kind: 'wake', bayId: BAY }),
      bus.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 10_000 }),
      bus.publish('magnum', 'notifications.info', {}),
    ]);
    await Promise.all(work.flat());
    expect([proxy.open(), proxy.most()]).toEqual([1, 1]);
    await bus.close();
    await openAtMost(proxy, 0);
    await proxy.close();
  });

  test(
    'of several brokers, the one that can be reached is taken, and the next one when it goes away',
    { timeout: 180_000 },
    async () => {
      const other = await startRabbitmq({ log: () => undefined });
      try {
        const url = `rabbit://guest:guest@127.0.0.1:1,127.0.0.1:${rabbitmq.port},127.0.0.1:${other.port}/`;
        const [caller, answerer] = [await open('several', url), await open('several', url)];
        await answerer.serve(answersAllWith('pem'));
        for (const broker of [rabbitmq, other]) {
          // These two know nothing of each other: with one of them away, both ends meet at the other.
          await broker.suspend('SIGKILL');
          expect(await answered(caller)).toEqual({ pem: 'pem' });
          await broker.resume();
        }
        await caller.close();
        await answerer.close();
      } finally {
        await other.stop();
      }
    },
  );

  test('over TLS, a broker whose certificate the configured authority signed is spoken to, and no other', async () => {
    const { cert, key } = selfSigned();
    const front = createTlsServer({ cert, key }, (socket) => {
      const broker = connect(rabbitmq.port, '127.0.0.1');
      socket.pipe(broker).pipe(socket);
      for (const end of [socket, broker]) end.on('error', () => (socket.destroy(), broker.destroy()));
    });
    front.on('tlsClientError', () => undefined);
    await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
    const url = `rabbit://guest:guest@localhost:${(front.address() as AddressInfo).port}/`; // a server of sockets has a port
    const trusting = await open('tls', url, { ca: cert });
    await trusting.serve(answersAllWith('sealed'));
    expect(await answered(trusting)).toEqual({ pem: 'sealed' });
    const lines: string[] = [];
    const distrusting = await amqpBus({
      brokers: brokersIn(url, true),
      tls: {},
      topic: 'tls',
      logger: { ...silentLogger, warn: (_message, fields) => void lines.push(String(fields?.['error'])) },
      random: systemRandom,
      tracer: noTracer,
    });
    await until('a line is logged', () => lines.length > 0, { withinMs: 25_000 });
    expect(lines[0]).toMatch(/self-signed certificate/);
    expect(distrusting.connected()).toBe(false);
    await distrusting.close();
    await trusting.close();
    front.close();
  });

  test('an unreadable message goes to the dead letters, and the next one is answered', async () => {
    const [caller, answerer] = [await open('poison'), await open('poison')];
    await answerer.serve(answersAllWith('fine'));
    const { default: amqplib } = await import('amqplib');
    const raw = await amqplib.connect(rabbitmq.url.replace('rabbit:', 'amqp:'));
    const channel = await raw.createChannel();
    for (const content of ['{broken', '{"question": 7}', '\xff\xfe', 'x'.repeat(1_000_000)])
      channel.sendToQueue('poison.questions', Buffer.from(content, 'latin1'));
    expect(await caller.call('certificate.ca', { bayId: BAY, ...MAIN }, { timeoutMs: 10_000 })).toEqual({ pem: 'fine' });
    const dead = async (): Promise<number> => (await channel.checkQueue('poison.dead')).messageCount;
    await until('four messages are among the dead letters', async () => (await dead()) >= 4, { withinMs: 10_000 });
    expect(await dead()).toBe(4);
    await raw.close();
    await caller.close();
    await answerer.close();
  });

  test('a notification reaches a queue that is bound to the exchange', async () => {
    const bus = await open('notified');
    const { default: amqplib } = await import('amqplib');
    const raw = await amqplib.connect(rabbitmq.url.replace('rabbit:', 'amqp:'));
    const channel = await raw.createChannel();
    await channel.assertExchange('magnum', 'topic', { durable: false });
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'magnum', 'notifications.info');
    await bus.publish('magnum', 'notifications.info', { 'oslo.version': '2.0' });
    const heard = await channel.get(queue);
    expect(heard && JSON.parse(heard.content.toString())).toEqual({ 'oslo.version': '2.0' });
    await raw.close();
    await bus.close();
  });

  test('a doorbell that is rung twice, or in the middle of nothing, is only a doorbell', async () => {
    const [caller, answerer] = [await open('twice'), await open('twice')];
    const heard: BayId[] = [];
    answerer.onWake((bayId) => heard.push(bayId));
    await caller.cast({ kind: 'wake', bayId: BAY });
    await caller.cast({ kind: 'wake', bayId: BAY });
    await until('both doorbells were heard', () => heard.length === 2, { withinMs: 25_000 });
    await caller.close();
    await answerer.close();
  });
});

function answersAllWith(pem: string): Parameters<AmqpBus['serve']>[0] {
  return answersWith({ 'certificate.ca': async () => ({ pem }) });
}
