import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { Allowance } from '../http/bounded-http.js';
import { DockerClient } from './client.js';
import { finishProgress } from './progress.js';

/** A server in the place of an engine; the suites of the embedded cloud and of Swarm ask the real one the same questions. */
let server: Server | undefined;
afterEach(() => void server?.close());

interface Asked {
  readonly request: string;
  readonly type: string | undefined;
  readonly body: string;
}

async function engineThat(answers: (response: ServerResponse, request: IncomingMessage) => void): Promise<{
  readonly docker: DockerClient;
  readonly asked: Asked[];
}> {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      asked.push({ request: `${request.method} ${request.url}`, type: request.headers['content-type'], body });
      answers(response, request);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  const bounds = { signal: new AbortController().signal, allowance: new Allowance(1024 ** 2) };
  return { docker: new DockerClient({ secure: false, guard: null, host: '127.0.0.1', port }, () => bounds), asked };
}

const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));

describe('a client of Docker Engine', () => {
  test('sends filters as JSON, and leaves out what is not given', async () => {
    const { docker, asked } = await engineThat(json([]));
    expect(await docker.listContainers({ all: true, filters: { label: ['a=b', 'c'] } })).toEqual([]);
    expect(await docker.listNetworks()).toEqual([]);
    expect(asked.map(({ request }) => decodeURIComponent(request))).toEqual([
      'GET /containers/json?all=true&filters={"label":["a=b","c"]}',
      'GET /networks',
    ]);
  });

  test('sends the name of a container beside its description', async () => {
    const { docker, asked } = await engineThat(json({ Id: 'c1' }));
    expect((await docker.createContainer({ name: 'web', Image: 'nginx' })).id).toBe('c1');
    expect(asked).toEqual([{ request: 'POST /containers/create?name=web', type: 'application/json', body: '{"Image":"nginx"}' }]);
  });

  test.each(['../../info', 'a b', 'x?force=1', 'x#y'])('keeps the id %j inside its part of the path', async (id) => {
    const { docker, asked } = await engineThat((response) => void response.writeHead(204).end());
    await docker.getContainer(id).start();
    expect(asked[0]?.request).toBe(`POST /containers/${encodeURIComponent(id)}/start`);
  });

  test("keeps the slashes, the colon and the digest of an image's name, and nothing else", async () => {
    const { docker, asked } = await engineThat(json({ Id: 'i' }));
    await docker.inspectImage('registry.example.org:5000/team/web:1?x');
    await docker.inspectImage('debian@sha256:00');
    expect(asked.map(({ request }) => request)).toEqual([
      'GET /images/registry.example.org:5000/team/web:1%3Fx/json',
      'GET /images/debian@sha256:00/json',
    ]);
  });

  test('sends an archive as it is read', async () => {
    const { docker, asked } = await engineThat(json({ stream: 'Loaded image' }));
    await finishProgress(await docker.loadImage(Readable.from([Buffer.from('one'), Buffer.from('two')])));
    expect(asked).toEqual([{ request: 'POST /images/load?quiet=true', type: 'application/x-tar', body: 'onetwo' }]);
  });

  test.each([
    [304, '', undefined, 'HTTP status 304'],
    [404, '{"message":"No such container: x"}', { message: 'No such container: x' }, 'HTTP status 404'],
    [500, 'not JSON', undefined, 'not JSON'],
  ])('an answer with status %i is a refusal that carries what the engine says', async (status, text, said, message) => {
    const { docker } = await engineThat((response) => void response.writeHead(status).end(text));
    await expect(docker.getContainer('x').inspect()).rejects.toMatchObject({
      name: 'DockerRefusal',
      statusCode: status,
      json: said,
      message,
    });
  });

  test('an answer that is not JSON is no answer', async () => {
    const { docker } = await engineThat((response) => void response.end('<html>'));
    await expect(docker.info()).rejects.toThrow("the engine's answer is not JSON");
  });

  test('the calls of one client share its allowance where they are given one', async () => {
    const { docker } = await engineThat((response) => void response.end(`"${'x'.repeat(600)}"`));
    const bounded = docker.within({ signal: new AbortController().signal, allowance: new Allowance(1000) });
    await bounded.info();
    await expect(bounded.info()).rejects.toMatchObject({ name: 'AnswerTooLargeError' });
  });

  test('the end of its signal ends a call that is under way', async () => {
    const control = new AbortController();
    const { docker } = await engineThat(() => control.abort(new Error('the caller has gone')));
    const limited = docker.within({ signal: control.signal, allowance: new Allowance(1000) });
    await expect(limited.ping()).rejects.toThrow('the caller has gone');
  });
});

describe('the progress of a long operation', () => {
  const read = async (...parts: readonly string[]): Promise<readonly string[]> => {
    const texts: string[] = [];
    await finishProgress(Readable.from(parts.map((part) => Buffer.from(part))), (text) => texts.push(text));
    return texts;
  };

  test('is read a line at a time, wherever it is cut', async () => {
    expect(await read('{"stream":"Step 1', '/2"}\n{"status":"x"}\n', '{"stream":"Step 2/2"}')).toEqual(['Step 1/2', 'Step 2/2']);
  });

  test.each(['{"error":"no space left"}', '{"stream":"a"}\n{"error":"no space left"}\n'])(
    'that reports an error fails',
    async (text) => {
      await expect(read(text)).rejects.toThrow('no space left');
    },
  );

  test('with an endless line is left', async () => {
    await expect(read('x'.repeat(100_000))).rejects.toThrow('a line of its progress is too long');
  });
});
