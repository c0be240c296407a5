import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agnhostImage, imagesOf, releaseOf, type DockerClient } from '@magnum-ts/core';
import { downloadKubernetes } from '../../scripts/host/kubernetes-download.mjs';

// The real places are not asked: their stand-in has the layout of dl.k8s.io, and the engine one that pulls whatever it is asked for.
const programs = new Map(['kubelet', 'kubeadm', 'kubectl'].map((name) => [name, `this is ${name}`]));
let folder = '';
let server: Server;
let asked: string[] = [];
let wrong = '';
let pulled: string[] = [];
const before = process.env['XDG_CACHE_HOME'];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubernetes-download-'));
  process.env['XDG_CACHE_HOME'] = folder;
  [asked, pulled, wrong] = [[], [], ''];
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const [, name = '', hash] = /^\/v1\.36\.3\/bin\/linux\/[a-z0-9]+\/([a-z]+)(\.sha256)?$/.exec(url) ?? [];
    const text = programs.get(name);
    if (text === undefined) response.writeHead(404).end();
    else if (hash) response.end(createHash('sha256').update(text).digest('hex'));
    else response.end(name === wrong ? `${text}, changed on its way` : text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(folder, { recursive: true, force: true });
});

const ETCDCTL = 'this is etcdctl';
const RELEASE = releaseOf('v1.36.3');
/** Those of the release, however many there are, and the one that its tests run. */
const IMAGES = RELEASE ? [...Object.values(imagesOf(RELEASE, 'v1.36.3')), agnhostImage(RELEASE)] : [];
const docker = {
  pullImage: async (name: string) => {
    pulled.push(name);
    return Readable.from(['{"status":"done"}\n']);
  },
  saveImages: async (names: readonly string[]) => Readable.from([`an archive of ${names.length} images`]),
  createContainer: async () => ({
    getArchive: async () => Buffer.concat([header(ETCDCTL.length), Buffer.from(ETCDCTL.padEnd(512, '\0'))]),
    remove: async () => undefined,
  }),
} as unknown as DockerClient; // the calls that are made here

function header(size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  return block;
}

const download = (version = 'v1.36.3') => {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const releases = `http://127.0.0.1:${port}`;
  return downloadKubernetes({ version, docker, log: () => undefined, signal: new AbortController().signal, releases });
};

test('programs whose hashes are right are kept, with the images of their release', async () => {
  const files = await download();
  expect(Object.fromEntries(files.map(({ path, source }) => [path, readFileSync(source, 'utf8')]))).toEqual({
    'program/kubelet': 'this is kubelet',
    'program/kubeadm': 'this is kubeadm',
    'program/kubectl': 'this is kubectl',
    'program/etcdctl': ETCDCTL,
    'images.tar': `an archive of ${IMAGES.length} images`,
  });
  expect(IMAGES.length).toBeGreaterThan(5);
  expect(pulled).toEqual(IMAGES);
  asked = [];
  expect(await download()).toEqual(files);
  expect(asked).toEqual([]);
});

test('a program that was changed on its way is refused, and nothing is kept', async () => {
  wrong = 'kubeadm';
  await expect(download()).rejects.toThrow(/kubeadm has the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}$/);
  expect(readdirSync(join(folder, 'magnum-ts'))).toEqual([]);
});

test('a release that is not there is refused in words that name the address', async () => {
  await expect(download('v1.36.99')).rejects.toThrow(/http:.*v1\.36\.99.*kubelet\.sha256 answered 404/);
});

test('a place that does not answer is refused in words that name the address', async () => {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  await new Promise((done) => server.close(done));
  const order = { version: 'v1.36.3', docker, log: () => undefined, signal: new AbortController().signal };
  await expect(downloadKubernetes({ ...order, releases: `http://127.0.0.1:${port}` })).rejects.toThrow(/http:.*ECONNREFUSED/);
});
