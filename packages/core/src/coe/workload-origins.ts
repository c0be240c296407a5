import type { Coe } from '../ports/bay-driver.js';
import type { WorkloadOrigins } from '../ports/orphans.js';

/**
 * Recognizes what workloads of a bay made in the cloud, by the marks of any engine. All engines count for every bay: a workload in a bay of
 * one engine may itself run another. The bay's id alone, as name or in a tag, is a mark whatever made the resource.
 */
export function originsOf(coes: readonly Pick<Coe, 'workloadOrigins'>[]): WorkloadOrigins {
  const origins = coes.flatMap(({ workloadOrigins }) => workloadOrigins ?? []);
  return {
    isOfBay: (bayId, described) =>
      described.name === bayId ||
      (described.tags ?? []).some((tag) => tag.split(/[=:,\s]/).includes(bayId)) ||
      origins.some((one) => one.isOfBay(bayId, described)),
    otherUsers: (bayId, described) => origins.flatMap((one) => one.otherUsers(bayId, described)),
  };
}
