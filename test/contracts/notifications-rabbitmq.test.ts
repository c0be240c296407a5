import amqplib from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, silentLogger } from '@magnum-ts/core';
import { aBay, aPlatform, until } from '@magnum-ts/core/testing';
import { startRabbitmq, type Rabbitmq } from '../../scripts/host/rabbitmq.mjs';
import { noNotifier } from '../../packages/core/src/adapters/bus/notifications.js';
import type { AmqpBus } from '../../packages/core/src/adapters/bus/amqp.js';
import { composeNotifications } from '../../packages/core/src/composition/notifiers.js';

let rabbitmq: Rabbitmq;
beforeAll(async () => {
  rabbitmq = await startRabbitmq({ log: (line) => process.stdout.write(`${line}\n`) });
}, 180_000);
afterAll(() => rabbitmq.stop());

const CREATED = { operation: 'create', outcome: 'success', bay: aBay(), nodeCount: 1, masterCount: 1 } as const;

/** Stands for a bus on another broker: what is published there is lost to the test. */
function busWith(publish: AmqpBus['publish']): AmqpBus {
  return { publish } as AmqpBus; // the one part of it that notifications use
}

async function listener(exchange: string, durable: boolean) {
  const connection = await amqplib.connect(rabbitmq.url.replace('rabbit:', 'amqp:'));
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', { durable });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, 'notifications.info');
  return { get: () => channel.get(queue), close: () => connection.close() };
}

describe('notifications', () => {
  test.each([false, true])('go to the broker of their own transport_url; exchanges are durable: %s', async (durable) => {
    const exchange = `cloud-${String(durable)}`;
    const content = [
      '[DEFAULT]',
      'transport_url = rabbit://elsewhere.invalid/',
      `control_exchange = ${exchange}`,
      '[oslo_messaging_rabbit]',
      `amqp_durable_queues = ${String(durable)}`,
      '[oslo_messaging_notifications]',
      'driver = messagingv2',
      `transport_url = ${rabbitmq.url}`,
    ].join('\n');
    const elsewhere: string[] = [];
    const bus = busWith(async (_exchange, key) => void elsewhere.push(key));
    const heard = await listener(exchange, durable);
    const notifications = await composeNotifications(aPlatform(), loadConfig([{ name: 'f.conf', content }]), bus);
    const message = await until(
      'a notification has arrived',
      async () => {
        await notifications.notifier.notify(CREATED);
        return heard.get();
      },
      { withinMs: 25_000 },
    );
    expect(JSON.parse(message.content.toString())).toMatchObject({ 'oslo.version': '2.0' });
    expect(elsewhere).toEqual([]);
    await notifications.close();
    await heard.close();
  });

  test('go to the log, and by the bus to the broker of everything else', async () => {
    const content = '[DEFAULT]\ntransport_url = rabbit://h/\n[oslo_messaging_notifications]\ndriver = messaging\ndriver = log\n';
    const [published, logged]: [string[], unknown[]] = [[], []];
    const bus = busWith(async (exchange, key) => void published.push(`${exchange} ${key}`));
    const logger = { ...silentLogger, info: (event: string, fields?: unknown) => void logged.push([event, fields]) };
    const notifications = await composeNotifications(aPlatform({ logger }), loadConfig([{ name: 'f.conf', content }]), bus);
    await notifications.notifier.notify(CREATED);
    expect(published).toEqual(['magnum notifications.info']);
    expect(logged).toEqual([
      [
        'notification',
        { routingKey: 'notifications.info', message: expect.objectContaining({ event_type: 'magnum.cluster.create' }) },
      ],
    ]);
  });

  test.each(['', 'noop'])('are none with the driver "%s"', async (driver) => {
    const content = `[oslo_messaging_notifications]\ndriver = ${driver}\n`;
    const { notifier } = await composeNotifications(
      aPlatform(),
      loadConfig([{ name: 'f.conf', content }]),
      busWith(() => Promise.reject(new Error('no'))),
    );
    expect(notifier).toBe(noNotifier);
  });
});
