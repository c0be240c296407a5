// Kubernetes as its project releases it: programs from dl.k8s.io, each checked by its SHA-256, and images from their registries.
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cacheFolder } from './go.mjs';

const RELEASES = 'https://dl.k8s.io/release';
const PROGRAMS = ['kubelet', 'kubeadm', 'kubectl'];
const ARCHIVE = 'images.tar';
const ANSWER_WITHIN = 10_000;

/**
 * Files of a node image's context, out of the user's cache or downloaded. Throws with a one-line reason, soon where nothing answers.
 * @param {{ version: string, docker: import('@magnum-ts/core').DockerClient, log: (line: string) => void, signal: AbortSignal,
 *   releases?: string }} order `releases`: another place that is laid out as dl.k8s.io is
 */
export async function downloadKubernetes({ version, docker, log, signal, releases = RELEASES }) {
  const processor = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  if (!processor) throw new Error(`there are none for the processor ${process.arch}`);
  const folder = join(cacheFolder(), `kubernetes-${version}-released-${processor}`);
  if (!existsSync(folder)) {
    const place = `${releases}/${version}/bin/linux/${processor}`;
    const hashes = await hashesAt(place);
    log(`downloading Kubernetes ${version} and its images (600 MB, once)`);
    mkdirSync(cacheFolder(), { recursive: true });
    const unfinished = mkdtempSync(join(cacheFolder(), 'kubernetes-download-'));
    try {
      for (const [name, hash] of Object.entries(hashes))
        await download({ from: `${place}/${name}`, to: join(unfinished, name), hash, signal });
      await saveImages({ folder: unfinished, version, docker, signal });
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return [
    ...[...PROGRAMS, 'etcdctl'].map((name) => ({ path: `program/${name}`, source: join(folder, name), mode: 0o755 })),
    { path: ARCHIVE, source: join(folder, ARCHIVE) },
  ];
}

async function hashesAt(place) {
  const hashes = {};
  for (const name of PROGRAMS) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(new Error(`no answer within ${ANSWER_WITHIN / 1000} s`)), ANSWER_WITHIN);
    try {
      const text = await (await answerOf(`${place}/${name}.sha256`, control.signal)).text();
      const [hash] = /^[0-9a-f]{64}/.exec(text) ?? [];
      if (!hash) throw new Error(`${place}/${name}.sha256 is no SHA-256`);
      hashes[name] = hash;
    } finally {
      clearTimeout(timer);
    }
  }
  return hashes;
}

async function answerOf(url, signal) {
  const response = await fetch(url, { signal }).catch((error) => {
    // fetch hides what went wrong in its cause.
    throw new Error(`${url}: ${error.cause?.message || error.cause?.code || error.message}`);
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

async function download({ from, to, hash, signal }) {
  const { body } = await answerOf(from, signal);
  if (!body) throw new Error(`${from} answered with nothing`);
  const sum = createHash('sha256');
  const counted = new Transform({
    transform(chunk, _encoding, done) {
      sum.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(chunksOf(body)), counted, createWriteStream(to, { mode: 0o755 }), { signal });
  const found = sum.digest('hex');
  if (found !== hash) throw new Error(`${from} has the SHA-256 ${found}, not ${hash}`);
}

async function* chunksOf(body) {
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

/** The engine pulls them, by the digests that registries vouch for, and writes all into one archive. */
async function saveImages({ folder, version, docker, signal }) {
  const { finishProgress, imagesOf, releaseOf, agnhostImage } = await import('@magnum-ts/core');
  const release = releaseOf(version);
  if (!release) throw new Error(`no release that is known here is ${version}`);
  const images = { ...imagesOf(release, version), agnhost: agnhostImage(release) };
  for (const name of Object.values(images)) await finishProgress(await docker.pullImage(name));
  await pipeline(await docker.saveImages(Object.values(images)), createWriteStream(join(folder, ARCHIVE)), { signal });
  const container = await docker.createContainer({ Image: images.etcd });
  try {
    writeFileSync(join(folder, 'etcdctl'), onlyFileIn(await container.getArchive({ path: '/usr/local/bin/etcdctl' })), {
      mode: 0o755,
    });
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** A tar archive's header says in octal how long the file is. */
function onlyFileIn(archive) {
  const size = Number.parseInt(archive.toString('latin1', 124, 136), 8);
  return archive.subarray(512, 512 + size);
}
