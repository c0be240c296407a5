/**
 * A process with many connections to one broker, half of which also answer questions and hear doorbells, as a conductor does.
 * Arguments: the broker's transport URL, and how many. Prints `connected` when each of them can be spoken through, and goes on
 * until its input ends; then closes them all and prints `closed`.
 */
import { once } from 'node:events';
import { aPlatform, systemClock } from '@magnum-ts/core/testing';
import { amqpBus } from '../../packages/core/src/adapters/bus/amqp.js';
import { brokersIn } from '../../packages/core/src/adapters/bus/brokers.js';

const [url = '', count = '1'] = process.argv.slice(2);
const buses = await Promise.all(
  Array.from({ length: Number(count) }, async (_unused, index) => {
    const bus = await amqpBus({ ...aPlatform(), brokers: brokersIn(url, false), topic: 'links' });
    if (index % 2 === 0) {
      bus.onWake(() => undefined);
      await bus.serve({ signCertificate: () => Promise.reject(new Error('not asked here')) } as never); // no question is asked
    }
    return bus;
  }),
);
while (!buses.every((bus) => bus.connected())) await systemClock.sleep(50);
process.stdout.write('connected\n');
process.stdin.resume();
await once(process.stdin, 'end');
await Promise.all(buses.map((bus) => bus.close()));
process.stdout.write('closed\n');
