// What the kernel knows of a process, and MariaDB of its clients.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Seconds of CPU that the threads of the process have used, in user and kernel mode. The scheduler counts nanoseconds; `/proc/PID/stat` has
 * hundredths of a second, which are a tenth of what a short portion of requests takes.
 */
export function cpuSeconds(pid) {
  const folder = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(folder).map((thread) =>
    Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
}

/** Resident memory in MiB. */
export function residentMiB(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Statements that clients have sent to MariaDB since it started; this one counts. */
export function questions(mariadb) {
  return Number(mariadb.sql("SHOW GLOBAL STATUS LIKE 'Questions'").split('\t')[1]);
}
