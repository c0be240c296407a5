import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, Diagnosis, Logger } from '@magnum-ts/core';
import type { RunningRequest } from './metrics.js';
import { ownVersion } from './version.js';

/** What a process knows of itself. */
export type Diagnose = () => Promise<Diagnosis & { readonly requests: readonly RunningRequest[] }>;

/**
 * What a process is about, for SIGUSR2: versions, masked configuration, memory, pools, leases, requests and passes in flight. Holds no
 * secret.
 */
export async function diagnosticReport(config: Config, diagnose: Diagnose): Promise<string> {
  const { rss, heapUsed, external } = process.memoryUsage();
  const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;
  const report = {
    at: new Date().toISOString(),
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
    version: ownVersion(),
    node: process.version,
    libraries: { uv: process.versions.uv, openssl: process.versions.openssl },
    memory: { rss: megabytes(rss), heap: megabytes(heapUsed), external: megabytes(external) },
    resources: countOf(process.getActiveResourcesInfo()),
    ...(await diagnose()),
    configuration: config.describe(),
    warnings: config.warnings,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function countOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Writes the report into a file of the temporary folder that only the owner can read, and logs where. */
export function reportOnSignal(config: Config, diagnose: Diagnose, logger: Logger): void {
  process.on('SIGUSR2', () => {
    const file = join(tmpdir(), `magnum-report-${process.pid}-${Date.now()}.json`);
    diagnosticReport(config, diagnose).then(
      (report) => {
        writeFileSync(file, report, { mode: 0o600, flag: 'wx' });
        logger.info('diagnostic report written', { file });
      },
      (error: unknown) => logger.error('diagnostic report failed', { error }),
    );
  });
}
