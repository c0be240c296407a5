import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { get as secureGet } from 'node:https';
import type { ContainerSpec } from '../../domain/container.js';

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
