import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anEngine, type Engine } from '../support/engine.js';
import {
  aService,
  itemsOf,
  NOWHERE,
  ORIGIN,
  refusalOf,
  resource,
  stateOf,
  type Fields,
  type Service,
} from '../support/service.js';

let service: Service;
let engine: Engine;
let bay: Fields & { readonly uuid: string };
beforeAll(async () => {
  service = await aService();
  await service.createModel();
  bay = await service.createBay({ name: 'hive' });
  engine = await anEngine(service);
});
afterAll(async () => service.stop());

const create = async (fields: Fields = {}): Promise<Fields & { readonly uuid: string }> =>
  resource(await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox', ...fields } }), 201);
const statusOf = async (uuid: string): Promise<unknown> => (await engine.request('GET', `/v1/containers/${uuid}`)).body['status'];

describe('a container in a bay with a live engine', () => {
  test('is created stopped, with 201 and where it is', async () => {
    const reply = await engine.request('POST', '/v1/containers', {
      body: {
        name: 'web',
        bay_uuid: bay.uuid,
        image: 'nginx',
        command: 'nginx -g "daemon off;"',
        memory: '512m',
        environment: { A: 1, B: true, C: 'x', D: null },
      },
    });
    const { uuid } = resource(reply, 201);
    expect(reply.headers.get('location')).toBe(`${ORIGIN}/v1/containers/${uuid}`);
    expect(reply.body).toMatchObject({
      name: 'web',
      bay_uuid: bay.uuid,
      image: 'nginx',
      command: 'nginx -g "daemon off;"',
      memory: '512m',
      environment: { A: '1', B: 'true', C: 'x' },
      status: 'Stopped',
      node: 'worker-1',
      status_reason: null,
    });
    expect(engine.containers.get(uuid)?.spec).toMatchObject({ hostname: uuid, image: 'nginx', memory: 512 * 1024 ** 2 });
    expect((await engine.request('GET', '/v1/containers/web')).body).toMatchObject({ uuid, status: 'Stopped' });
  });

  test('has no name, command, memory and environment unless they are given', async () => {
    expect(await create()).toMatchObject({ name: null, command: null, memory: null, environment: {} });
  });

  test('starts, pauses, goes on, restarts and stops; each answer is JSON null', async () => {
    const { uuid } = await create();
    for (const [action, status] of [
      ['start', 'Running'],
      ['pause', 'Paused'],
      ['unpause', 'Running'],
      ['reboot', 'Running'],
      ['stop', 'Stopped'],
    ] as const) {
      const reply = await engine.request('PUT', `/v1/containers/${uuid}/${action}`);
      expect([reply.status, reply.text], action).toEqual([200, 'null']);
      expect(await statusOf(uuid), action).toBe(status);
    }
  });

  test('returns its logs, and runs a command', async () => {
    const { uuid } = await create({ name: 'talker' });
    expect((await engine.request('GET', '/v1/containers/talker/logs')).body).toEqual({ output: 'logs of busybox\n' });
    const command = 'sh -c "echo $(id); ls ../.."';
    const reply = await engine.request('PUT', `/v1/containers/${uuid}/execute?command=${encodeURIComponent(command)}`);
    expect(reply.body).toEqual({ output: `busybox: ${command}` });
    expect((await engine.request('PUT', `/v1/containers/${uuid}/execute`)).status).toBe(400);
    expect((await engine.request('PUT', `/v1/containers/${uuid}/execute?command=`)).status).toBe(400);
  });

  test('is listed with its bay, in summary and in detail', async () => {
    const { uuid } = await create({ name: 'listed' });
    const summary = itemsOf(await engine.request('GET', '/v1/containers?bay_ident=hive'), 'containers').find(
      (item) => item['uuid'] === uuid,
    );
    const detail = itemsOf(await engine.request('GET', '/v1/containers/detail'), 'containers').find(
      (item) => item['uuid'] === uuid,
    );
    expect(Object.keys(summary ?? {}).toSorted()).toEqual([
      'bay_uuid',
      'command',
      'environment',
      'image',
      'links',
      'memory',
      'name',
      'status',
      'uuid',
    ]);
    expect(detail).toMatchObject({ ...summary, node: 'worker-1' });
    expect((await engine.request('GET', '/v1/containers?bay_ident=nobody')).status).toBe(404);
  });

  test('changes in its record alone by a patch', async () => {
    const { uuid } = await create({ name: 'patched', environment: { A: '1' } });
    const reply = await engine.request('PATCH', `/v1/containers/${uuid}`, {
      body: [
        { op: 'replace', path: '/name', value: 'renamed' },
        { op: 'add', path: '/memory', value: '64m' },
        { op: 'replace', path: '/environment', value: "{'B': 2}" },
        { op: 'add', path: '/command', value: 'sleep 1' },
        { op: 'replace', path: '/image', value: 'alpine' },
      ],
    });
    expect(reply.status, reply.text).toBe(200);
    expect(reply.body).toMatchObject({
      name: 'renamed',
      memory: '64m',
      environment: { B: '2' },
      command: 'sleep 1',
      image: 'alpine',
      updated_at: expect.any(String),
    });
    expect(engine.containers.get(uuid)?.spec).toMatchObject({ name: 'patched', image: 'busybox' });
  });

  test.each<[string, unknown]>([
    ['its bay', [{ op: 'replace', path: '/bay_uuid', value: NOWHERE }]],
    ['its status', [{ op: 'replace', path: '/status', value: 'Running' }]],
    ['its id', [{ op: 'replace', path: '/uuid', value: NOWHERE }]],
    ['its image away', [{ op: 'remove', path: '/image' }]],
    ['its image to one without end', [{ op: 'replace', path: '/image', value: 'x'.repeat(256) }]],
    ['its memory beyond reason', [{ op: 'add', path: '/memory', value: 'much' }]],
    ['its memory below Docker’s least', [{ op: 'add', path: '/memory', value: '1m' }]],
    ['its name beyond the limit', [{ op: 'add', path: '/name', value: 'x'.repeat(256) }]],
  ])('cannot have %s changed', async (_what, operations) => {
    const { uuid } = await create();
    const before = await stateOf(engine);
    expect((await engine.request('PATCH', `/v1/containers/${uuid}`, { body: operations })).status).toBe(400);
    expect(await stateOf(engine)).toBe(before);
  });

  test('is removed in the engine and in the record', async () => {
    const { uuid } = await create();
    expect((await engine.request('DELETE', `/v1/containers/${uuid}`)).status).toBe(204);
    expect(engine.containers.has(uuid)).toBe(false);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '/start'],
      ['GET', '/logs'],
      ['PUT', '/execute?command=ls'],
    ] as const) {
      expect((await engine.request(method, `/v1/containers/${uuid}${path}`)).status, path).toBe(404);
    }
  });

  test('is asked for by uuid where its name is borne by several', async () => {
    const { uuid } = await create({ name: 'twin' });
    await create({ name: 'twin' });
    expect(refusalOf(await engine.request('GET', '/v1/containers/twin'))).toMatchObject({
      status: 409,
      detail: expect.stringContaining('uuid'),
    });
    expect((await engine.request('PUT', '/v1/containers/twin/start')).status).toBe(409);
    expect((await engine.request('GET', `/v1/containers/${uuid}`)).status).toBe(200);
  });

  test('is of its project alone', async () => {
    const { uuid } = await create();
    const token = service.tokens.other;
    expect(itemsOf(await engine.request('GET', '/v1/containers', { token }), 'containers')).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '/start'],
      ['GET', '/logs'],
    ] as const) {
      expect((await engine.request(method, `/v1/containers/${uuid}${path}`, { token })).status).toBe(404);
    }
    expect((await engine.request('POST', '/v1/containers', { token, body: { bay_uuid: bay.uuid, image: 'x' } })).status).toBe(
      400,
    );
  });

  test('is left out, and none remains, where the engine fails', async () => {
    const before = await stateOf(engine);
    for (const [kind, status] of [
      ['engine-failed', 500],
      ['engine-unavailable', 503],
    ] as const) {
      engine.failWith(kind);
      const reply = await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox' } });
      engine.failWith(undefined);
      expect(refusalOf(reply)).toMatchObject({ status, code: 'server' });
      expect(reply.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
    }
    expect(await stateOf(engine)).toBe(before);
  });

  test('is Unknown while its engine cannot be asked', async () => {
    const { uuid } = await create();
    engine.failWith('engine-unavailable');
    expect(await statusOf(uuid)).toBe('Unknown');
    engine.failWith(undefined);
    expect(await statusOf(uuid)).toBe('Stopped');
  });
});

describe('asking for a container', () => {
  test.each<[string, Fields, string]>([
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['links', { links: [] }, 'links'],
    ['no bay', { bay_uuid: null }, 'bay_uuid'],
    ['an unknown bay', { bay_uuid: 'nobody' }, 'nobody'],
    ['no image', { image: null }, 'image'],
    ['an empty image', { image: '' }, 'image'],
    ['an image without end', { image: 'x'.repeat(256) }, 'image'],
    ['an image that is a number', { image: 7 }, 'image'],
    ['a name over the limit', { name: 'x'.repeat(256) }, 'name'],
    ['memory in words', { memory: 'much' }, 'memory'],
    ['memory in unknown units', { memory: '1t' }, 'memory'],
    ['memory below 4m', { memory: '4194303' }, 'memory'],
    ['memory below 4m in kilobytes', { memory: '4095k' }, 'memory'],
    ['negative memory', { memory: '-512m' }, 'memory'],
    ['memory beyond numbers', { memory: `${'9'.repeat(30)}g` }, 'memory'],
    ['environment as text', { environment: 'A=1' }, 'environment'],
    ['a list in the environment', { environment: { A: [] } }, 'environment'],
  ])('with %s is refused, and nothing changes', async (_what, fields, word) => {
    const before = await stateOf(engine);
    const reply = await engine.request('POST', '/v1/containers', { body: { bay_uuid: 'hive', image: 'busybox', ...fields } });
    expect(refusalOf(reply)).toMatchObject({ status: 400, detail: expect.stringContaining(word) });
    expect(await stateOf(engine)).toBe(before);
  });

  test.each(['4m', '4096k', '4194304', '4194304b', '1G', '512M'])('takes %s of memory', async (memory) => {
    expect((await create({ memory }))['memory']).toBe(memory);
  });
});

describe('a bay of simulated servers', () => {
  test('answers 409 and says so, whatever needs its engine, and the record stays', async () => {
    const { uuid } = await create({ name: 'adrift' });
    const before = await stateOf(engine);
    const asks = [
      ['POST', '/v1/containers', { bay_uuid: 'hive', image: 'busybox' }],
      ['DELETE', `/v1/containers/${uuid}`, undefined],
      ['GET', `/v1/containers/${uuid}/logs`, undefined],
      ['PUT', `/v1/containers/${uuid}/execute?command=ls`, undefined],
      ...(['start', 'stop', 'reboot', 'pause', 'unpause'] as const).map(
        (action) => ['PUT', `/v1/containers/${uuid}/${action}`, undefined] as const,
      ),
    ] as const;
    for (const [method, path, body] of asks) {
      expect(refusalOf(await service.request(method, path, { body })), path).toMatchObject({
        status: 409,
        code: 'client',
        detail: expect.stringContaining('simulated'),
      });
    }
    expect((await service.request('GET', `/v1/containers/${uuid}`)).body['status']).toBe('Unknown');
    expect(await stateOf(engine)).toBe(before);
  });
});
