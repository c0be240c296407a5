import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.js';
import { steadyTime } from './steady-time.js';

const time = steadyTime({ wall: () => Date.now(), monotonic: () => performance.now() });

export const systemClock: Clock = {
  now: () => new Date(time()),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};
