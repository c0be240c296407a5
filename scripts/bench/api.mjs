// The API against the limit: CPU per 1,000 requests, as a ratio to a bare node:http + mysql2 server that runs the same query and
// sends the same bytes, in the same run. SQL statements per request are counted by MariaDB itself.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { load } from './load.mjs';
import { cpuSeconds, questions, residentMiB } from './processes.mjs';
import { until } from '../../packages/core/dist/testing/until.js';
import { login, startFleet } from './fleet.mjs';

const MODELS = 100;
const BAYS = 1_000;

/** The measured requests come in so many portions, by turns with those of the bare server. */
const ROUNDS = 11;
/** Requests before the measured ones, for each of those. */
const WARM_UP = 2;
const DEMO = '5f6a1c1de3f44c0e9a3b6d5d2c9d0001';
/**
 * Name, path, requests, and our aim in CPU seconds per 1,000.
 * @param {string} bay
 * @returns {[name: string, path: string, count: number, aim: number | null][]}
 */
const cases = (bay) => [
  ['GET /v1/', '/v1/', 20_000, 0.13],
  ['one bay', `/v1/bays/${bay}`, 8_000, 0.6],
  ['100 baymodels', '/v1/baymodels?limit=100', 2_500, 2],
  ['100 bays', '/v1/bays?limit=100', 2_500, 3],
  ['1,000 bays', '/v1/bays?limit=1000', 300, null],
];

export async function benchApi(log) {
  const fleet = await startFleet(log);
  let bare;
  try {
    fill(fleet.mariadb);
    const api = fleet.start('magnum-api');
    await until('the API is ready', async () => (await fetch(`${fleet.apiUrl}/readyz`)).ok, { withinMs: 60_000 });
    bare = await startBare(fleet.mariadb);
    const token = await login(fleet.apiUrl);
    const headers = { 'X-Auth-Token': token, 'OpenStack-API-Version': 'container-infra latest' };
    const bay = (await (await fetch(`${fleet.apiUrl}/v1/bays?limit=1`, { headers })).json()).bays[0].uuid;
    const rows = [];
    for (const [name, path, count, aim] of cases(bay)) {
      const ask = () => fetch(`${fleet.apiUrl}${path}`, { headers });
      // What is asked anew once in minutes, the token, is no part of a request.
      await ask();
      const statements = await statementsOf(fleet.mariadb, ask);
      rows.push(await compare({ fleet, api, bare, headers, name, path, count, statements, aim }));
    }
    const afterReads = residentMiB(api.pid);
    rows.push(await compareCreate({ fleet, api, bare, headers }));
    const memory = { afterReads, afterCreates: residentMiB(api.pid) };
    return { rows, memory };
  } finally {
    bare?.child.kill();
    await fleet.stop();
  }
}

const CREATES = 1_000;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** No conductor works on them: what is measured is the acceptance. The limit runs the very statements of one of them, with new ids. */
async function compareCreate({ fleet, api, bare, headers }) {
  const path = '/v1/bays';
  const { baymodels } = await (await fetch(`${fleet.apiUrl}/v1/baymodels?limit=1`, { headers })).json();
  const [model] = baymodels;
  const body = JSON.stringify({ name: 'made', baymodel_id: model.uuid, node_count: 2, floating_ip_enabled: false });
  const statements = await statementsOf(fleet.mariadb, () =>
    fetch(`${fleet.apiUrl}${path}`, { method: 'POST', body, headers: { ...headers, 'Content-Type': 'application/json' } }),
  );
  const newIds = [...new Set(statements.join(' ').match(UUID) ?? [])].filter((id) => id !== model.uuid);
  return compare({
    fleet,
    api,
    bare,
    headers,
    name: 'create a bay',
    method: 'POST',
    path,
    body,
    count: CREATES,
    statements,
    newIds,
  });
}

/** What MariaDB was asked while the work was done, in order. */
async function statementsOf(mariadb, work) {
  mariadb.sql("TRUNCATE mysql.general_log; SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON");
  await work();
  mariadb.sql('SET GLOBAL general_log = OFF');
  const lines = mariadb.sql(
    "SELECT HEX(argument) FROM mysql.general_log WHERE command_type = 'Query' AND user_host LIKE 'magnum%'",
  );
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'hex').toString());
}

/**
 * Loads the API and the bare server with the same request, and compares their CPU.
 * @param {{ fleet: any, api: any, bare: any, headers: Record<string, string>, name: string, method?: string, path: string, body?: string,
 *   count: number, statements: string[], newIds?: string[], aim?: number | null }} order `aim`: CPU seconds for 1,000 requests
 */
async function compare({
  fleet,
  api,
  bare,
  headers,
  name,
  method = 'GET',
  path,
  body = '',
  count,
  statements,
  newIds = [],
  aim = null,
}) {
  const answer = await fetch(`${fleet.apiUrl}${path}`, {
    method,
    headers: { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body } : {}),
  });
  const text = await answer.text();
  const plan = { method, path, statements, newIds, status: answer.status, headers: headersOf(answer), body: text };
  await fetch(`${bare.url}/plan`, { method: 'POST', body: JSON.stringify(plan) });
  const [asked, bareAsked] = [
    { method, path, headers, body },
    { method, path, headers: {}, body },
  ];
  // Both are warm before they are measured, as V8 goes on compiling for tens of thousands of requests: a service runs for weeks.
  await load(fleet.apiUrl, asked, count * WARM_UP);
  await load(bare.url, bareAsked, count * WARM_UP);
  // By turns, and the median of each: a shared machine is faster and slower from one minute to the next, by more than what is compared.
  const portion = Math.ceil(count / ROUNDS);
  /** @type {{ ours: number[], limit: number[] }} */
  const rounds = { ours: [], limit: [] };
  let asks = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = questions(fleet.mariadb);
    rounds.ours.push(await measured(api.pid, () => load(fleet.apiUrl, asked, portion)));
    asks += questions(fleet.mariadb) - before - 1;
    rounds.limit.push(await measured(bare.child.pid, () => load(bare.url, bareAsked, portion)));
  }
  const perRequest = asks / (ROUNDS * portion);
  const [ours, limit] = [median(rounds.ours), median(rounds.limit)];
  const per1000 = (seconds) => (seconds / portion) * 1_000;
  return {
    name,
    ours: per1000(ours),
    limit: per1000(limit),
    ratio: limit / ours,
    aim,
    statements: perRequest,
    isWrite: method !== 'GET',
    bytes: text.length,
  };
}

/** Those that the service says; Node adds the others by itself, there and here. */
function headersOf(answer) {
  return Object.fromEntries([...answer.headers].filter(([name]) => !['connection', 'date', 'keep-alive'].includes(name)));
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

async function measured(pid, work) {
  const before = cpuSeconds(pid);
  await work();
  return cpuSeconds(pid) - before;
}

async function startBare(mariadb) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'bare-server.mjs'), mariadb.url.replace('mysql+pymysql', 'mysql').replace('?charset=utf8mb4', '')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise((done) => child.stdout.once('data', (chunk) => done(Number(chunk))));
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Rows as the service itself would have written them for settled bays; no conductor runs here. */
function fill(mariadb) {
  const now = Date.now();
  const models = Array.from({ length: MODELS }, (_unused, index) => ({ uuid: randomUUID(), index }));
  const lines = models.map(
    ({ uuid, index }) =>
      `('${uuid}','${DEMO}','user','model-${index}','swarm','debian-12','vm','docker','debian','default','public','m1.small',0,0,0,0,0,1,'{"a":"b"}',${now})`,
  );
  mariadb.sql(
    `USE magnum; INSERT INTO bay_model (uuid,project_id,user_id,name,coe,image_id,server_type,network_driver,cluster_distro,keypair_id,external_network_id,flavor_id,registry_enabled,tls_disabled,public,hidden,master_lb_enabled,floating_ip_enabled,labels,created_at) VALUES ${lines.join(',')}`,
  );
  const bays = Array.from({ length: BAYS }, (_unused, index) => ({
    uuid: randomUUID(),
    index,
    model: models[index % MODELS]?.uuid,
  }));
  const values = bays.map(
    ({ uuid, index, model }) =>
      `('${uuid}','${DEMO}','user','bay-${index}',1,'${model}',60,1,0,'{"a":"b"}','CREATE_COMPLETE','${randomUUID()}','tcp://10.0.0.2:2375','["10.0.0.2"]','["10.0.0.3","10.0.0.4"]','{}',1,${now})`,
  );
  mariadb.sql(
    `USE magnum; INSERT INTO bay (uuid,project_id,user_id,name,generation,baymodel_id,bay_create_timeout,floating_ip_enabled,master_lb_enabled,labels,status,stack_id,api_address,master_addresses,node_addresses,health_status_reason,accepted_generation,created_at) VALUES ${values.join(',')}`,
  );
  const groups = bays.flatMap(({ uuid }) =>
    [
      ['master', 1],
      ['worker', 2],
    ].map(
      ([role, count]) =>
        `('${randomUUID()}','${DEMO}','${uuid}','default-${role}','${role}','debian-12',${count},0,1,'{}','CREATE_COMPLETE',${now})`,
    ),
  );
  mariadb.sql(
    `USE magnum; INSERT INTO node_group (uuid,project_id,bay_id,name,role,image_id,node_count,min_node_count,is_default,labels,status,created_at) VALUES ${groups.join(',')}`,
  );
}
