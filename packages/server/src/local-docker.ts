import {
  ensureKubernetesNodeImage,
  ensureMesosNodeImage,
  ensureNodeImage,
  kubernetesIn,
  localDockerClient,
  MESOS_IMAGE,
  underDeadline,
  type DockerClient,
} from '@magnum-ts/core';

/** A Docker Engine on this host. */
export interface LocalDocker {
  readonly engine: DockerClient;
  /** A /24 for floating addresses that no network of the engine uses; `seed` decides where the search begins. */
  freeRange(seed: string): Promise<string>;
}

const RANGES = Array.from({ length: 56 }, (_unused, index) => `172.31.${200 + index}.0/24`);

/** Undefined where no engine answers. Throws where `DOCKER_HOST` cannot be understood. */
export async function findDocker(): Promise<LocalDocker | undefined> {
  const engine = localDockerClient();
  try {
    await engine.ping();
  } catch {
    return undefined;
  }
  return { engine, freeRange: (seed) => freeRange(engine, seed) };
}

/** Two services that start at the same moment see the same free ranges, so each begins its search elsewhere. */
async function freeRange(engine: DockerClient, seed: string): Promise<string> {
  const networks = await engine.listNetworks();
  const used = new Set(
    networks.flatMap((network) => network.IPAM?.Config ?? []).map((config) => config.Subnet?.split('.').slice(0, 3).join('.')),
  );
  const first = [...seed].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % RANGES.length, 0);
  const free = [...RANGES.slice(first), ...RANGES.slice(0, first)].find(
    (cidr) => !used.has(cidr.split('.').slice(0, 3).join('.')),
  );
  if (!free)
    throw new Error('No range is free for floating addresses: every /24 from 172.31.200.0 on is used by a Docker network.');
  return free;
}

export const EXTERNAL_ID = '0c1d6a52-3b0e-4f55-8f0a-5d6f5b1a0001';

/** The embedded cloud's external network, `public`, over that range. */
export function externalNetwork(cidr: string): {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
  readonly gateway: string;
} {
  return { id: EXTERNAL_ID, name: 'public', cidr, gateway: cidr.replace(/\.0\/\d+$/, '.1') };
}

/** Makes each node image once for all who wait for it, and again after a failure. */
export function nodeImages(engine: DockerClient, log: (line: string) => void): (backendImage: string) => Promise<string> {
  const making = new Map<string, Promise<string>>();
  return (backendImage) => {
    const known = making.get(backendImage);
    if (known) return known;
    const made = underDeadline({ milliseconds: 1_200_000 }, (signal) => ensureImage(engine, { backendImage, log }, signal)).catch(
      (error: unknown) => {
        making.delete(backendImage);
        throw error;
      },
    );
    making.set(backendImage, made);
    return made;
  };
}

async function ensureImage(
  engine: DockerClient,
  { backendImage, log }: { readonly backendImage: string; readonly log: (line: string) => void },
  signal: AbortSignal,
): Promise<string> {
  const options = { onProgress: log };
  const version = kubernetesIn(backendImage);
  if (version !== undefined) return (await ensureKubernetesNodeImage(engine, { version, ...options }, signal)).name;
  if (backendImage === MESOS_IMAGE) return (await ensureMesosNodeImage(engine, options, signal)).name;
  return (await ensureNodeImage(engine, options, signal)).name;
}
