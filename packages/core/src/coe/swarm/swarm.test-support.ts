import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { get as secureGet } from 'node:https';
import type { ContainerSpec } from '../../domain/container.js';

export async function until(what: string, holds: () => Promise<boolean> | boolean, seconds = 90): Promise<void> {
  for (
    const deadline = Date.now() + seconds * 1000;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 300))
  ) {
    if (await holds()) return;
  }
  throw new Error(`after ${seconds} s still not true: ${what}`);
}

export function plainStatus(url: string): Promise<number> {
  return new Promise((resolve, reject) =>
    get(url, { timeout: 5000 }, (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject),
  );
}

export function tlsStatusWithoutCertificate(url: string): Promise<number> {
  return new Promise((resolve, reject) =>
    secureGet(url, { timeout: 5000, rejectUnauthorized: false }, (response) => resolve(response.resume().statusCode ?? 0)).on(
      'error',
      reject,
    ),
  );
}

export function aContainer(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    hostname: randomUUID(),
    name: 'hello',
    image: 'magnum-ts-hello:1',
    command: null,
    memory: null,
    environment: {},
    labels: {},
    ...changes,
  };
}
