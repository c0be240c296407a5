import { expect, test } from 'vitest';
import type { Logger, MagnumOptions } from './index.js';
import { aBay, aTestClient, failing, type Handler } from './client.test-support.js';

type Line = readonly [level: string, event: string, fields: Readonly<Record<string, unknown>>];

function aLogger(): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  return {
    lines,
    logger: {
      debug: (event, fields) => void lines.push(['debug', event, fields]),
      warn: (event, fields) => void lines.push(['warn', event, fields]),
    },
  };
}
const logged = (handler: Handler, logger: Logger) => aTestClient(handler, { logger } as Partial<MagnumOptions>); // a partial of the union

test('a logger hears responses, failures and retries, each with the request id', async () => {
  const { logger, lines } = aLogger();
  let count = 0;
  const client = logged(() => ((count += 1) === 1 ? failing(503, { 'retry-after': '7' }) : Response.json(aBay())), logger);
  await client.magnum.bays.get('x');
  const common = { method: 'GET', url: 'http://magnum.test/v1/bays/x', requestId: expect.stringMatching(/^req-/) };
  expect(lines).toEqual([
    ['debug', 'response', { ...common, attempt: 1, status: 503, milliseconds: 0 }],
    ['warn', 'failure', { ...common, attempt: 1, code: 'service-unavailable', message: expect.any(String) }],
    [
      'warn',
      'retry',
      {
        method: 'GET',
        path: '/v1/bays/x',
        requestId: common.requestId,
        attempt: 1,
        delayMs: 7_000,
        code: 'service-unavailable',
        message: expect.any(String),
      },
    ],
    ['debug', 'response', { ...common, attempt: 2, status: 200, milliseconds: 0 }],
  ]);
});

test('a logger hears failures without an answer, and answers that are none', async () => {
  for (const [answer, code] of [
    [
      () =>
        Promise.reject(
          Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('no'), { code: 'ECONNRESET' }) }),
        ),
      'connection-lost',
    ],
    [() => new Response('<html>'), 'invalid-answer'],
  ] as const) {
    const { logger, lines } = aLogger();
    const client = logged(answer, logger);
    await expect(client.magnum.bays.create({ baymodel_id: 'm' }, { idempotencyKey: false })).rejects.toMatchObject({ code });
    expect(lines).toMatchObject([['warn', 'failure', { code }]]);
  }
});

test('a logger hears the warnings of the service', async () => {
  const { logger, lines } = aLogger();
  const warning = '299 magnum "labels.a: no such label", 299 magnum "labels.b: no such label"';
  await logged(() => Response.json({ uuid: 'b' }, { status: 202, headers: { warning } }), logger).magnum.bays.create({
    baymodel_id: 'm',
  });
  expect(lines.filter(([, event]) => event === 'warning').map(([level, , { text }]) => [level, text])).toEqual([
    ['warn', 'labels.a: no such label'],
    ['warn', 'labels.b: no such label'],
  ]);
});

test('a logger with one method hears all, and no line has a token, a body or a command', async () => {
  const lines: string[] = [];
  const logger: Logger = { debug: (event, fields) => void lines.push(`${event} ${JSON.stringify(fields)}`) };
  const client = logged((request) => (request.method === 'PUT' ? Response.json({ output: 'o' }) : failing(503)), logger);
  await client.magnum.containers.execute('c', 'login --password hunter2');
  await client.magnum.bays.create({ baymodel_id: 'm', name: 'hunter2' }).catch(() => undefined);
  expect(lines.map((line) => line.split(' ')[0])).toContain('failure');
  expect(lines.join('\n')).toContain('command=***');
  expect(lines.join('\n')).not.toMatch(/hunter2|secret-token/);
});
