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
  const now = Date.now();
  const model = randomUUID();
  const put = (table, columns, rows) => {
    for (let from = 0; from < rows.length; from += CHUNK) {
      const lines = rows.slice(from, from + CHUNK).map((row) => `(${row.map(literal).join(',')})`);
      mariadb.sql(`USE magnum; INSERT INTO ${table} (${columns}) VALUES ${lines.join(',')}`);
    }
  };
  put(
    'bay_model',
    'uuid,project_id,user_id,name,coe,image_id,server_type,network_driver,cluster_distro,keypair_id,external_network_id,flavor_id,registry_enabled,tls_disabled,public,hidden,master_lb_enabled,floating_ip_enabled,labels,created_at',
    [
      [
        model,
        'project-0',
        'user',
        'swarm',
        'swarm',
        'debian-12',
        'vm',
        'docker',
        'debian',
        'default',
        'public',
        'm1.small',
        0,
        0,
        0,
        0,
        0,
        1,
        '{}',
        now,
      ],
    ],
  );
  const bays = Array.from({ length: count }, (_unused, index) => ({
    id: randomUUID(),
    project: `project-${index % PROJECTS}`,
    name: `bay-${index}`,
    groups: [randomUUID(), randomUUID()],
  }));
  put(
    'bay',
    'uuid,project_id,user_id,name,generation,baymodel_id,bay_create_timeout,floating_ip_enabled,master_lb_enabled,labels,status,master_addresses,node_addresses,health_status_reason,accepted_generation,created_at',
    bays.map(({ id, project, name }) => [
      id,
      project,
      'user',
      name,
      1,
      model,
      600,
      1,
      0,
      '{}',
      'CREATE_IN_PROGRESS',
      '[]',
      '[]',
      '{}',
      0,
      now,
    ]),
  );
  const parts = bays.flatMap(({ id, project, groups }) =>
    ['master', 'worker'].map((role, index) => ({ id, project, role, group: groups[index] })),
  );
  put(
    'node_group',
    'uuid,project_id,bay_id,name,role,image_id,node_count,min_node_count,is_default,labels,status,created_at',
    parts.map(({ id, project, role, group }) => [
      group,
      project,
      id,
      `default-${role}`,
      role,
      'debian-12',
      1,
      0,
      1,
      '{}',
      'CREATE_IN_PROGRESS',
      now,
    ]),
  );
  put(
    'node',
    'uuid,bay_id,node_group_id,name,role,desired,status,created_at',
    parts.map(({ id, role, group }) => [group, id, group, `${role}-1`, role, 'present', 'CREATE_IN_PROGRESS', now]),
  );
  put(
    'intent',
    'bay_id,operation,generation,rollback,started_at,deadline',
    bays.map(({ id }) => [id, 'create', 1, 0, now, now + 36_000_000]),
  );
  put(
    'bay_support',
    'bay_id,support',
    bays.map(({ id }) => [id, SUPPORT]),
  );
  put(
    'work_item',
    'bay_id,due_at,wakes,attempts,fence',
    bays.map(({ id }) => [id, 0, 1, 0, 0]),
  );
}

function literal(value) {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
