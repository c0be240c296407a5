import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { BuildOptions, DockerClient } from '../docker/client.js';
import { ensureMesosNodeImage, MESOS_NODE_IMAGE } from './mesos-image.js';

const signal = new AbortController().signal;

/** An engine that has the plain node image, and keeps what it builds. */
function engineWith(known: Map<string, Readonly<Record<string, string>>>, built: string[]): DockerClient {
  const engine = {
    within: () => engine,
    inspectImage: async (name: string) => {
      const labels = name.startsWith('magnum-ts-node:') ? {} : known.get(name);
      if (!labels) throw Object.assign(new Error('no such image'), { statusCode: 404 });
      return { Id: name, Config: { Labels: labels } };
    },
    buildImage: async (context: NodeJS.ReadableStream, options: BuildOptions) => {
      built.push((await buffer(context)).toString('latin1'));
      known.set(options.name, options.labels ?? {});
      return Readable.from(['{"stream":"Step 1/9 : FROM debian"}\n']);
    },
  };
  return engine as unknown as DockerClient; // the calls that are made here
}

const library = (identity: string) => ({
  origin: 'the library',
  identity,
  files: async () => [{ path: 'library/_scheduler.so', source: '/etc/hostname' }],
});

test('the node image with Mesos is built once of the same library, and again of another', async () => {
  const built: string[] = [];
  const docker = engineWith(new Map(), built);
  const ensure = (identity: string) =>
    ensureMesosNodeImage(docker, { programs: [library(identity)], onProgress: () => undefined }, signal);
  for (const identity of ['first', 'first', 'second']) expect(await ensure(identity)).toEqual({ name: MESOS_NODE_IMAGE });
  expect(built).toHaveLength(2);
  for (const part of ['Dockerfile', 'launcher.cpp', 'mesos-executor', 'mesos-agent.json', 'library/_scheduler.so'])
    expect(built[0]).toContain(part);
});

test('it cannot be made of nothing: the refusal says what makes it', async () => {
  const docker = engineWith(new Map(), []);
  await expect(ensureMesosNodeImage(docker, { onProgress: () => undefined }, signal)).rejects.toMatchObject({
    kind: 'cloud-refused',
    message: expect.stringContaining('npm run mesos-image') as string,
  });
});
