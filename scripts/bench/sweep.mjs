// What it costs a conductor to look once at every bay that is in progress.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { startFleet } from './fleet.mjs';

const SCRIPT = join(import.meta.dirname, 'sweep-conductor.mjs');
const PROJECTS = 10;
/** Rows in one statement. */
const CHUNK = 1_000;
/** The first one records what is new in every bay; from the second on nothing is. */
const SWEEPS = 2;

/** For each number of bays: the calls, CPU seconds and seconds of the first sweep and of a later one. */
export async function benchSweep(log, { counts = [1_000, 10_000] } = {}) {
  const rows = [];
  for (const bays of counts) {
    const fleet = await startFleet(log);
    try {
      fill(fleet.mariadb, bays);
      const [first, next] = await sweepsOf(fleet, bays);
      log(`${bays} bays: ${next.findAll} calls, ${next.cpu.toFixed(1)} s of CPU`);
      rows.push({ bays, first, next });
    } finally {
      await fleet.stop();
    }
  }
  return rows;
}

async function sweepsOf(fleet, bays) {
  const words = ['--database', fleet.mariadb.url, '--bays', String(bays), '--sweeps', String(SWEEPS)];
  const child = fleet.start(SCRIPT, { stdout: 'keep', words });
  const sweeps = [];
  for await (const line of createInterface({ input: child.stdout })) sweeps.push(JSON.parse(line));
  if (sweeps.length < SWEEPS) throw new Error('the conductor of the sweep ended early');
  return sweeps;
}

const SUPPORT = JSON.stringify({
  trustee: { userId: 'u', username: 'n', domainId: 'd', passwordRef: 'p' },
  caRef: 'ca',
  clientRef: 'client',
  lastStackEvent: 0,
  facts: {
    authUrl: 'a',
    magnumUrl: 'm',
    regionName: 'r',
    fixedSubnetCidr: '10.0.0.0/24',
    fixedNetworkId: null,
    fixedSubnetId: null,
    externalNetworkId: null,
    cloudCa: '',
    verifyCloudCa: true,
    serverGroupPolicy: 'soft-anti-affinity',
    dockerVolumeType: null,
  },
});

/** Bays as they are after their stack was accepted: one master, one worker, an intent, everything around them in place. */
function fill(mariadb, count) {
  const model = randomUUID();
  const bays = Array.from({ length: count }, (_unused, index) => ({
    id: randomUUID(),
    model,
    project: `project-${index % PROJECTS}`,
    name: `bay-${index}`,
    groups: [randomUUID(), randomUUID()],
  }));
  const now = Date.now();
  insert(mariadb, 'bay_model', [modelRow(model, now)]);
  insert(
    mariadb,
    'bay',
    bays.map((bay) => bayRow(bay, now)),
  );
  fillNodes(mariadb, bays, now);
  fillWork(mariadb, bays, now);
}

/** A node group for masters and one for workers, with one node each. */
function fillNodes(mariadb, bays, now) {
  const parts = bays.flatMap(({ id, project, groups }) =>
    ['master', 'worker'].map((role, index) => ({ id, project, role, group: groups[index] })),
  );
  insert(
    mariadb,
    'node_group',
    parts.map(({ id, project, role, group }) => ({
      uuid: group,
      project_id: project,
      bay_id: id,
      name: `default-${role}`,
      role,
      image_id: 'debian-12',
      node_count: 1,
      min_node_count: 0,
      is_default: 1,
      labels: '{}',
      status: 'CREATE_IN_PROGRESS',
      created_at: now,
    })),
  );
  insert(
    mariadb,
    'node',
    parts.map(({ id, role, group }) => ({
      uuid: group,
      bay_id: id,
      node_group_id: group,
      name: `${role}-1`,
      role,
      desired: 'present',
      status: 'CREATE_IN_PROGRESS',
      created_at: now,
    })),
  );
}

/** What a conductor works by: the intent, its own notes, and an item in the queue that is due. */
function fillWork(mariadb, bays, now) {
  const deadline = now + 36_000_000;
  insert(
    mariadb,
    'intent',
    bays.map(({ id }) => ({ bay_id: id, operation: 'create', generation: 1, rollback: 0, started_at: now, deadline })),
  );
  insert(
    mariadb,
    'bay_support',
    bays.map(({ id }) => ({ bay_id: id, support: SUPPORT })),
  );
  insert(
    mariadb,
    'work_item',
    bays.map(({ id }) => ({ bay_id: id, due_at: 0, wakes: 1, attempts: 0, fence: 0 })),
  );
}

function modelRow(uuid, now) {
  return {
    uuid,
    project_id: 'project-0',
    user_id: 'user',
    name: 'swarm',
    coe: 'swarm',
    image_id: 'debian-12',
    server_type: 'vm',
    network_driver: 'docker',
    cluster_distro: 'debian',
    keypair_id: 'default',
    external_network_id: 'public',
    flavor_id: 'm1.small',
    registry_enabled: 0,
    tls_disabled: 0,
    public: 0,
    hidden: 0,
    master_lb_enabled: 0,
    floating_ip_enabled: 1,
    labels: '{}',
    created_at: now,
  };
}

function bayRow({ id, model, project, name }, now) {
  return {
    uuid: id,
    project_id: project,
    user_id: 'user',
    name,
    generation: 1,
    baymodel_id: model,
    bay_create_timeout: 600,
    floating_ip_enabled: 1,
    master_lb_enabled: 0,
    labels: '{}',
    status: 'CREATE_IN_PROGRESS',
    master_addresses: '[]',
    node_addresses: '[]',
    health_status_reason: '{}',
    accepted_generation: 0,
    created_at: now,
  };
}

/** Inserts rows that all have the columns of the first one. */
function insert(mariadb, table, rows) {
  const columns = Object.keys(rows[0]).join(',');
  for (let from = 0; from < rows.length; from += CHUNK) {
    const lines = rows.slice(from, from + CHUNK).map((row) => `(${Object.values(row).map(literal).join(',')})`);
    mariadb.sql(`USE magnum; INSERT INTO ${table} (${columns}) VALUES ${lines.join(',')}`);
  }
}

function literal(value) {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
