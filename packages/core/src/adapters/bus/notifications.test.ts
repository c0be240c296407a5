import { expect, test } from 'vitest';
import { aBay } from '../../testing/builders.js';
import { ManualClock } from '../../testing/manual-clock.js';
import type { JsonObject } from '../../domain/json.js';
import { silentLogger } from '../system/logger.js';
import { osloNotifier, type Publish } from './notifications.js';

const options = (publish: Publish) => ({
  publish,
  topics: ['notifications', 'audit'],
  host: 'node-1',
  clock: new ManualClock(),
  logger: silentLogger,
});

test('a finished operation is a CADF event in the envelope that oslo.messaging reads', async () => {
  const sent: { key: string; body: JsonObject }[] = [];
  const notifier = osloNotifier(options(async (key, body) => void sent.push({ key, body })));
  await notifier.notify({
    operation: 'create',
    outcome: 'success',
    bay: aBay({ status: 'CREATE_COMPLETE' }),
    nodeCount: 2,
    masterCount: 1,
  });
  expect(sent.map(({ key }) => key)).toEqual(['notifications.info', 'audit.info']);
  expect(sent[0]?.body['oslo.version']).toBe('2.0');
  const message: unknown = JSON.parse(String(sent[0]?.body['oslo.message']));
  expect(message).toMatchObject({
    event_type: 'magnum.cluster.create',
    priority: 'INFO',
    publisher_id: 'magnum.node-1',
    timestamp: '2026-01-01 00:00:00.000000',
    payload: {
      action: 'create',
      outcome: 'success',
      eventType: 'activity',
      initiator: { user_id: 'user', project_id: 'project' },
      target: {
        name: 'bay',
        attachments: [
          {
            name: 'cluster_data',
            content: { status: 'CREATE_COMPLETE', node_count: 2, master_count: 1, docker_volume_size: null },
          },
        ],
      },
    },
  });
});

test('a failure goes out with the priority of errors', async () => {
  const keys: string[] = [];
  await osloNotifier(options(async (key) => void keys.push(key))).notify({
    operation: 'update',
    outcome: 'failure',
    bay: aBay(),
    nodeCount: 0,
    masterCount: 1,
  });
  expect(keys).toEqual(['notifications.error', 'audit.error']);
});

test('a broker that is away does not fail the work that is notified', async () => {
  const notifier = osloNotifier(options(() => Promise.reject(new Error('away'))));
  await expect(
    notifier.notify({ operation: 'delete', outcome: 'success', bay: aBay(), nodeCount: 0, masterCount: 0 }),
  ).resolves.toBeUndefined();
});
