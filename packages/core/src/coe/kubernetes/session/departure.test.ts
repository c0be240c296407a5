import { describe, expect, test } from 'vitest';
import { departureOf } from './departure.js';

const NOW = new Date('2026-01-01T12:00:00Z');
const at = (secondsAgo: number): string => new Date(NOW.getTime() - secondsAgo * 1_000).toISOString();

describe('a drained control plane', () => {
  test.each([
    ['whose API server serves is asked to end it', { says: 'serving' }, 'ask'],
    ['that was asked has some time for it', { says: 'serving', asked: at(149) }, 'wait'],
    ['may leave when its API server has ended', { says: 'ended', asked: at(20) }, 'may-leave'],
    ['may leave when that time is over', { says: 'serving', asked: at(151) }, 'may-leave'],
    ['may leave where the time cannot be read', { says: 'serving', asked: 'soon' }, 'may-leave'],
    ['may leave where it does not say what its API server does, as those of an earlier release', {}, 'may-leave'],
    ['may leave when it is not ready', { says: 'serving', ready: 'Unknown' }, 'may-leave'],
  ] as const)('%s', (_, { says, asked, ready = 'True' }: { says?: string; asked?: string; ready?: string }, expected) => {
    const annotations = {
      ...(says === undefined ? {} : { 'magnum.openstack.org/api-server': says }),
      ...(asked === undefined ? {} : { 'magnum.openstack.org/drained': asked }),
    };
    const node = { metadata: { annotations }, status: { conditions: [{ type: 'Ready', status: ready }] } };
    expect(departureOf(node, NOW)).toBe(expected);
  });
});
