import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, test } from 'vitest';
import type { BuildOptions, DockerClient } from '../docker/client.js';
import { ensureKubernetesNodeImage } from './kubernetes-node-image.js';

const signal = new AbortController().signal;
const VERSION = 'v1.36.3';
const NAME = `magnum-ts-node-kubernetes:${VERSION}`;
let known: Map<string, Readonly<Record<string, string>>>;
let built: (BuildOptions & { readonly context: Buffer })[];
let lines: string[];
let docker: DockerClient;

beforeEach(() => {
  known = new Map();
  built = [];
  lines = [];
  const engine = {
    within: () => engine,
    inspectImage: async (name: string) => {
      // The plain node image is there.
      const labels = name.startsWith('magnum-ts-node:') ? {} : known.get(name);
      if (!labels) throw Object.assign(new Error('no such image'), { statusCode: 404 });
      return { Id: name, Config: { Labels: labels } };
    },
    buildImage: async (context: NodeJS.ReadableStream, options: BuildOptions) => {
      built.push({ ...options, context: await buffer(context) });
      known.set(options.name, options.labels ?? {});
      return Readable.from(['{"stream":"Step 1/9 : FROM debian"}\n']);
    },
  };
  docker = engine as unknown as DockerClient; // the calls that are made here
});

const programs = (identity: string, files = async () => [{ path: 'program/kubernetes', source: '/etc/hostname' }]) => ({
  origin: `${identity} programs`,
  identity,
  files,
});
const ensure = (...given: readonly ReturnType<typeof programs>[]) =>
  ensureKubernetesNodeImage(docker, { version: VERSION, programs: given, onProgress: (line) => lines.push(line) }, signal);

test('is built once of the same programs, and again of others', async () => {
  expect(await ensure(programs('first'))).toEqual({ name: NAME });
  await ensure(programs('first'));
  expect(built).toHaveLength(1);
  await ensure(programs('second'));
  expect(built).toHaveLength(2);
  expect(built[0]?.buildArguments).toMatchObject({
    PAUSE: 'registry.k8s.io/pause:3.10.2',
    NODE: expect.stringMatching(/^magnum-ts-node:/),
  });
});

test('gives containers their entry points, under the names that kubeadm and add-ons use', async () => {
  await ensure(programs('first'));
  const text = built[0]?.context.toString('latin1') ?? '';
  const list: unknown = JSON.parse(/\[\{"name":.*?\}\](?=\0)/.exec(text)?.[0] ?? '');
  expect(list).toEqual(
    expect.arrayContaining([
      { name: 'registry.k8s.io/kube-apiserver:v1.36.3' },
      { name: 'registry.k8s.io/etcd:3.6.8-0' },
      { name: 'registry.k8s.io/pause:3.10.2', entrypoint: ['/pause'] },
      { name: 'registry.k8s.io/coredns/coredns:v1.14.2', entrypoint: ['/coredns'] },
    ]),
  );
});

test('is made of the first programs that can be had, and one line says which', async () => {
  const refuse = async (): Promise<never> => Promise.reject(new Error('dl.k8s.io does not answer'));
  await ensure(programs('released', refuse), programs('built'));
  expect(lines.filter((line) => !line.startsWith('Step'))).toEqual([
    'Kubernetes v1.36.3: no released programs (dl.k8s.io does not answer)',
    `building the node image ${NAME} with built programs (about a minute, once)`,
    `the node image ${NAME} is ready`,
  ]);
  // What is there of the second is not asked for the first again.
  lines.length = 0;
  await ensure(programs('released', refuse), programs('built'));
  expect(lines).toEqual([]);
  await expect(ensure(programs('released', refuse))).rejects.toMatchObject({
    kind: 'cloud-refused',
    message: expect.stringContaining('dl.k8s.io does not answer') as string,
  });
});

test('cannot be made of nothing: the refusal says what makes it', async () => {
  await expect(ensure()).rejects.toMatchObject({
    kind: 'cloud-refused',
    message: expect.stringContaining('npm run kubernetes-image') as string,
  });
  known.set(NAME, {});
  expect(await ensure()).toEqual({ name: NAME });
});

test('is refused for unknown releases', async () => {
  const unknown = { version: 'v1.20.0', programs: [], onProgress: () => undefined };
  await expect(async () => ensureKubernetesNodeImage(docker, unknown, signal)).rejects.toMatchObject({
    kind: 'cloud-refused',
    message: expect.stringContaining('v1.20.0') as string,
  });
});
