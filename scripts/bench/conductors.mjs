// What more conductors are worth: the same bays, from the first claim to the last one complete, with 1 to 4 of them.
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { cpuSeconds, questions, residentMiB } from './processes.mjs';
import { Hopeless, until } from '../../packages/core/dist/testing/until.js';
import { ended, login, startFleet } from './fleet.mjs';

/**
 * The cloud takes so long to accept a stack, and the bay's pass waits for it: it is waiting and not this machine's processor that
 * limits one conductor. A pass that takes 10 s would no longer keep others from their turns.
 */
const CALL_MS = 6_000;
/** Bays that one conductor works on at a time: with more, three of them would wait for the processors and not for the cloud. */
const CONCURRENCY = 8;
const CREATING = 16;
const LONGEST_MS = 900_000;
const SCRIPT = join(import.meta.dirname, 'slow-conductor.mjs');

/** For each number of conductors: seconds, bays per second, CPU seconds and MiB of each, and claims that overlapped. */
export async function benchConductors(log, { bays = 300, counts = [1, 2, 3, 4] } = {}) {
  const fleet = await startFleet(log);
  try {
    const api = fleet.start('magnum-api');
    await until('the API is ready', async () => (await fetch(`${fleet.apiUrl}/readyz`)).ok, { withinMs: 60_000 });
    const ask = await asker(fleet.apiUrl);
    await ask('POST', '/v1/baymodels', {
      name: 'swarm',
      coe: 'swarm',
      image_id: 'debian-12',
      keypair_id: 'default',
      external_network_id: 'public',
      // No keys are made for bays: two processors would do nothing else.
      tls_disabled: true,
    });
    const rows = [];
    for (const count of counts) {
      const row = await measure({ fleet, ask, bays, count });
      rows.push(row);
      log(`${count} conductors: ${row.seconds.toFixed(1)} s`);
    }
    return { rows, bays, apiMemory: residentMiB(api.pid) };
  } finally {
    await fleet.stop();
  }
}

/** Bays come as fast as the API takes them; the time is from the first request to the last bay that is complete. */
async function measure({ fleet, ask, bays, count }) {
  const claims = claimsByBay();
  const children = Array.from({ length: count }, () => startConductor(fleet, claims));
  await until(`${count} conductors work`, () => claims.working() === count, { withinMs: 60_000 });
  const statements = questions(fleet.mariadb);
  const began = Date.now();
  const wanted = Array.from({ length: bays }, (_unused, index) => ({
    name: `bay-${count}-${index}`,
    // The embedded cloud has 256 ranges of its own to give.
    labels: { fixed_subnet_cidr: `10.${count}.${index % 256}.${index < 256 ? 0 : 128}/25` },
  }));
  await inParallel(wanted, (bay) =>
    ask('POST', '/v1/bays', { ...bay, baymodel_id: 'swarm', node_count: 1, floating_ip_enabled: false }),
  );
  await until(`${bays} bays are complete`, () => isDone(fleet.mariadb, count, bays), { withinMs: LONGEST_MS, everyMs: 100 });
  const seconds = (Date.now() - began) / 1_000;
  const each = children.map((child) => ({ cpu: cpuSeconds(child.pid), memory: residentMiB(child.pid) }));
  const perBay = (questions(fleet.mariadb) - statements) / bays;
  await Promise.all(children.map((child) => ended(child)));
  retire(fleet.mariadb);
  return {
    count,
    seconds,
    perSecond: bays / seconds,
    each,
    statements: perBay,
    claims: claims.total(),
    overlaps: claims.overlaps(),
  };
}

/** Throws where a bay fails: the others would be waited for in vain. */
function isDone(mariadb, count, bays) {
  const lines = mariadb.sql(`SELECT status, COUNT(*) FROM magnum.bay WHERE name LIKE 'bay-${count}-%' GROUP BY status`).trim();
  const counts = new Map(lines.split('\n').map((line) => line.split('\t')));
  if (counts.has('CREATE_FAILED')) {
    const reason = mariadb.sql("SELECT status_reason FROM magnum.bay WHERE status = 'CREATE_FAILED' LIMIT 1");
    throw new Hopeless(`bays failed: ${lines.replaceAll(/\s+/g, ' ')}: ${reason}`);
  }
  return Number(counts.get('CREATE_COMPLETE') ?? 0) >= bays;
}

function startConductor(fleet, claims) {
  const child = fleet.start(SCRIPT, {
    stdout: 'keep',
    words: ['--call-ms', String(CALL_MS)],
    environment: { OS_CONDUCTOR__CONCURRENCY: String(CONCURRENCY) },
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/"(lease |conductor started)/.test(line)) claims.hear(JSON.parse(line));
  });
  return child;
}

/** Bays that are done have no part in the next measurement, not even as bays whose health is looked after. */
function retire(mariadb) {
  mariadb.sql("USE magnum; DELETE FROM work_item; DELETE FROM bay_event; UPDATE bay SET status = 'CREATE_FAILED'");
}

/** A line is written after the database has it, so a next claim may be written a little before the release that it follows. */
const LATE_LINE_MS = 1_000;

function claimsByBay() {
  const spans = new Map();
  let working = 0;
  return {
    hear({ msg, bayId, fence, owner, time }) {
      if (msg === 'conductor started') working += 1;
      if (bayId === undefined) return;
      const known = spans.get(bayId) ?? [];
      spans.set(bayId, known);
      if (msg === 'lease claimed') known.push({ fence, owner, from: time, to: Infinity });
      const released = msg === 'lease released' && known.find((span) => span.fence === fence && span.owner === owner);
      if (released) released.to = time;
    },
    working: () => working,
    total: () => [...spans.values()].flat().length,
    /** Claims of a bay that began while another claim of it was held; the same claim won twice counts too. */
    overlaps: () =>
      [...spans.values()].flatMap((all) =>
        all.filter((span) =>
          all.some(
            (other) =>
              other !== span && (other.fence === span.fence || (other.fence < span.fence && other.to - LATE_LINE_MS > span.from)),
          ),
        ),
      ).length,
  };
}

async function asker(url) {
  const headers = {
    'X-Auth-Token': await login(url),
    'OpenStack-API-Version': 'container-infra latest',
    'Content-Type': 'application/json',
  };
  return async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

async function inParallel(items, work) {
  const left = [...items];
  await Promise.all(
    Array.from({ length: CREATING }, async () => {
      for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
    }),
  );
}
