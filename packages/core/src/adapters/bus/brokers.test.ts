import { describe, expect, test } from 'vitest';
import { BrokerRing, brokersIn } from './brokers.js';

describe('the brokers of a transport_url', () => {
  const shown = (url: string, tls = false) =>
    brokersIn(url, tls).map(
      ({ protocol, username, password, hostname, port, vhost }) =>
        `${protocol} ${username} ${password} ${hostname} ${port} ${vhost}`,
    );

  test('are one, or several, with accounts of their own or the first one', () => {
    expect(shown('rabbit://magnum:s%2Fcret@mq:5673/cloud')).toEqual(['amqp magnum s/cret mq 5673 cloud']);
    expect(shown('rabbit://a:b@one:5672,c:d@two,[::1]:5680/')).toEqual([
      'amqp a b one 5672 ',
      'amqp c d two 5672 ',
      'amqp a b ::1 5680 ',
    ]);
    expect(shown('kombu+amqp://a:b@one,two//?ssl=1', true)).toEqual(['amqps a b one 5671 /', 'amqps a b two 5671 /']);
    expect(shown('rabbit://mq')).toEqual(['amqp guest guest mq 5672 ']);
    expect(shown('rabbit://')).toEqual(['amqp guest guest localhost 5672 ']);
    expect(shown('rabbit:///cloud')).toEqual(['amqp guest guest localhost 5672 cloud']);
  });

  test('that cannot be read are refused without their password', () => {
    for (const url of ['', 'redis://a:hunter2@b', 'rabbit://a:hunter2@', 'rabbit://a:hunter2@one,/', 'rabbit://a:hunter2@x:y/']) {
      expect(() => brokersIn(url, false), url).toThrow(/transport_url is not set or cannot be read/);
      expect(() => brokersIn(url, false), url).not.toThrow(/hunter2/);
    }
  });

  test('are taken in turn, from where the process begins', () => {
    const ring = new BrokerRing(brokersIn('rabbit://a:b@one,two,three/', false), 4);
    const held = ring.current;
    const seen = [ring.name];
    for (let turn = 0; turn < 3; turn += 1) {
      ring.next();
      seen.push(`${held.hostname}:${held.port}`);
    }
    expect(seen).toEqual(['two:5672', 'three:5672', 'one:5672', 'two:5672']);
  });
});
