/**
 * `magnum bay doctor`: what is wrong with a bay, and what to do about it.
 *
 * Each check asks one question and has a verdict of its own; one that cannot be asked says so, and the others go on. What must stay true: nothing
 * is changed, and a finding that is not `ok` names a remedy.
 */
import { X509Certificate } from 'node:crypto';
import { connect as openSocket } from 'node:net';
import { connect as openTls } from 'node:tls';
import type { Command } from 'commander';
import { NotFoundError, type Magnum } from '@magnum-ts/sdk';
import type { Flags } from './arguments.js';
import { EXIT, SilentExit } from './errors.js';
import { messageOf } from './exit-codes.js';
import { addCommonOptions, flagsOf } from './global-options.js';
import { checkIdent, itemOf } from './invocation.js';
import type { Io } from './io.js';
import { checkColumns } from './output-options.js';
import { printList, type Item } from './output.js';
import { openSession } from './session.js';

export type Verdict = 'ok' | 'warning' | 'failed' | 'unknown';
/** A row of the result. */
export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  readonly finding: string;
  readonly remedy: string | null;
}

interface Patient {
  readonly io: Io;
  readonly magnum: Magnum;
  readonly noun: 'bay' | 'cluster';
  readonly bay: Item;
}

const COLUMNS = ['check', 'verdict', 'finding', 'remedy'];
const DAY_MS = 86_400_000;
const REACH_MS = 5_000;

export function addDoctor(parent: Command, io: Io, noun: 'bay' | 'cluster'): void {
  const command = parent
    .command('doctor')
    .description(
      `Examine a ${noun}: its status, engine, add-ons, nodes, certificates, quota and leftovers, each with a verdict and a remedy`,
    )
    .argument(`<${noun}>`, `UUID or name of the ${noun}`);
  addCommonOptions(command, true);
  command.action((ident: string) => examine(io, { noun, ident: checkIdent(noun, ident) }, flagsOf(command)));
}

async function examine(
  io: Io,
  { noun, ident }: { readonly noun: 'bay' | 'cluster'; readonly ident: string },
  flags: Flags,
): Promise<void> {
  const output = checkColumns(flags, COLUMNS);
  const magnum = await openSession(io, flags);
  const path = `/v1/${noun}s/${encodeURIComponent(ident)}`;
  const bay = itemOf(await magnum.raw({ method: 'GET', path }, { signal: io.signal }));
  const patient = { io, magnum, noun, bay };
  const checks: readonly (readonly [string, (patient: Patient) => Promise<readonly Finding[]>])[] = [
    ['status', examineStatus],
    ['engine', examineHealth],
    ['add-ons', examineAddons],
    ['address', examineAddress],
    ['nodes', examineNodes],
    ['certificate', examineCertificate],
    ['served certificate', examineServedCertificate],
    ['quota', examineQuota],
  ];
  const found = await Promise.all(
    checks.map(async ([check, ask]) => ask(patient).catch((error: unknown) => [unanswered(check, error)])),
  );
  const findings = found.flat();
  await printList(
    io,
    findings.map((finding) => ({ ...finding })),
    { ...output, usual: COLUMNS },
  );
  if (findings.some(({ verdict }) => verdict === 'failed')) throw new SilentExit(EXIT.operationFailed);
}

function unanswered(check: string, error: unknown): Finding {
  const isAbsent = error instanceof NotFoundError;
  return {
    check,
    verdict: 'unknown',
    finding: isAbsent ? 'this service does not say' : messageOf(error),
    remedy: isAbsent ? null : 'ask again; magnum status says whether the service answers',
  };
}

const ok = (check: string, finding: string): Finding => ({ check, verdict: 'ok', finding, remedy: null });

async function examineStatus({ bay, noun }: Patient): Promise<readonly Finding[]> {
  const [status, reason] = [String(bay['status']), bay['status_reason']];
  const finding = reason ? `${status}: ${String(reason)}` : status;
  if (status.endsWith('_COMPLETE')) return [ok('status', finding)];
  const name = String(bay['name']);
  if (status === 'DELETE_FAILED')
    return [
      {
        check: 'leftovers',
        verdict: 'failed',
        finding,
        remedy: `delete it again: magnum ${noun} delete ${name} --yes --wait; the events name what stays`,
      },
    ];
  if (status.endsWith('_FAILED'))
    return [{ check: 'status', verdict: 'failed', finding, remedy: `look for the first failure: magnum ${noun} events ${name}` }];
  return [
    {
      check: 'status',
      verdict: 'warning',
      finding: `${finding}: a change is under way`,
      remedy: `wait: magnum ${noun} events ${name} --follow`,
    },
  ];
}

async function examineHealth({ bay }: Patient): Promise<readonly Finding[]> {
  const [health, reason] = [bay['health_status'] ?? null, itemOf(bay['health_status_reason'])];
  if (health === 'HEALTHY') return [ok('engine', 'HEALTHY')];
  const detail = Object.entries(reason)
    .filter(([key]) => !key.startsWith(ADDON))
    .map(([key, value]) => `${key}=${String(value)}`);
  const finding = [String(health ?? 'no health is reported'), ...detail].join(', ');
  if (health === 'UNHEALTHY')
    return [
      {
        check: 'engine',
        verdict: 'failed',
        finding,
        remedy: 'repair what is named; nodes can be replaced by a resize with --nodes-to-remove',
      },
    ];
  return [
    {
      check: 'engine',
      verdict: 'unknown',
      finding,
      remedy: 'the engine may be in a network that the service cannot reach; ask it from there',
    },
  ];
}

/** Keys of the reason under which a service tells how its add-ons are. */
const ADDON = 'addon.';

/** One row for all that are well, and one for each other; none for an engine without add-ons. */
async function examineAddons({ bay }: Patient): Promise<readonly Finding[]> {
  const states = Object.entries(itemOf(bay['health_status_reason'])).flatMap(([key, state]) =>
    key.startsWith(ADDON) ? [[key.slice(ADDON.length), String(state)] as const] : [],
  );
  const [well, others] = [states.filter(([, state]) => state === 'Ready'), states.filter(([, state]) => state !== 'Ready')];
  return [
    ...(well.length > 0 ? [ok('add-ons', `${well.map(([name]) => name).join(', ')}: Ready`)] : []),
    ...others.map(([name, state]) => ({
      check: 'add-ons',
      verdict: 'failed' as const,
      finding: `${name}: ${state}`,
      remedy:
        'an image that cannot be pulled: magnum-driver-manage images lists those that a registry has to hold; otherwise see its pods with kubectl',
    })),
  ];
}

/** Whether the engine's address takes connections from this machine. */
async function examineAddress({ bay, io }: Patient): Promise<readonly Finding[]> {
  const address = bay['api_address'];
  if (typeof address !== 'string' || address === '')
    return [{ check: 'address', verdict: 'warning', finding: 'it has no address yet', remedy: 'wait until it is complete' }];
  const failure = await reach(placeOf(address), io.signal);
  if (failure === undefined) return [ok('address', `${address} takes connections`)];
  return [
    {
      check: 'address',
      verdict: 'warning',
      finding: `${address} cannot be reached from this machine: ${failure}`,
      remedy: 'check the route and the security groups, or ask from a machine in its network',
    },
  ];
}

function placeOf(address: string): { readonly host: string; readonly port: number } {
  const url = new URL(address.includes('://') ? address : `tcp://${address}`);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function reach(to: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = openSocket(to);
    const end = (result: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(result);
    };
    const stop = (): void => end('interrupted');
    const timer = setTimeout(() => end(`no answer within ${REACH_MS / 1000} s`), REACH_MS);
    signal.addEventListener('abort', stop, { once: true });
    socket.on('connect', () => end(undefined));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

async function examineNodes({ magnum, io, bay, noun }: Patient): Promise<readonly Finding[]> {
  const query = { bay_ident: String(bay['uuid']) };
  const nodes = (await magnum.rawList({ method: 'GET', path: '/v1/nodes', query }, 'nodes', { signal: io.signal }).toArray()).map(
    itemOf,
  );
  const bad = nodes.filter(
    ({ state, status }) => (typeof state === 'string' && state !== 'ready') || /FAILED|ERROR/.test(String(status)),
  );
  const unseen = nodes.filter(({ state }) => typeof state !== 'string').length;
  if (bad.length === 0)
    return [ok('nodes', `${nodes.length} nodes${unseen > 0 ? `, of ${unseen} the engine says nothing` : ', all ready'}`)];
  const names = bad.map(({ name, state, status }) => `${String(name)} (${String(state ?? status)})`).join(', ');
  const remedy =
    noun === 'cluster'
      ? `replace them: magnum cluster resize ${String(bay['name'])} COUNT --nodes-to-remove NAME`
      : 'look at their servers; the console log of each says why';
  return [{ check: 'nodes', verdict: 'failed', finding: `${bad.length} of ${nodes.length} are not ready: ${names}`, remedy }];
}

async function authorityOf({ magnum, io, bay }: Patient): Promise<string> {
  const path = `/v1/certificates/${encodeURIComponent(String(bay['uuid']))}`;
  return String(itemOf(await magnum.raw({ method: 'GET', path }, { signal: io.signal }))['pem']);
}

async function examineCertificate(patient: Patient): Promise<readonly Finding[]> {
  const { bay } = patient;
  const ends = Date.parse(new X509Certificate(await authorityOf(patient)).validTo);
  const days = Math.floor((ends - Date.now()) / DAY_MS);
  const finding = `the authority is valid until ${new Date(ends).toISOString().slice(0, 10)}`;
  const remedy = `magnum certificate rotate ${String(bay['name'])}`;
  if (days < 0) return [{ check: 'certificate', verdict: 'failed', finding: `the authority ended ${-days} days ago`, remedy }];
  return [
    days < 30
      ? { check: 'certificate', verdict: 'warning', finding: `${finding}: ${days} days`, remedy }
      : ok('certificate', finding),
  ];
}

const SERVED = 'served certificate';
/** Nodes renew their certificates long before: one that ends so soon was not renewed. */
const RENEWED_BEFORE_DAYS = 14;

/** The certificate that nodes show at the bay's address: whether the bay's authority has signed it, and whether nodes renew it. */
async function examineServedCertificate(patient: Patient): Promise<readonly Finding[]> {
  const { bay, io } = patient;
  const address = bay['api_address'];
  // An address alone is of an engine whose TLS ports are others; without TLS there is none to show.
  if (typeof address !== 'string' || !/^(https|tcp):/.test(address)) return [];
  const shown = await certificateAt(placeOf(address), io.signal);
  if (shown === undefined) return [];
  const authorities = (await authorityOf(patient)).match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (!authorities.some((pem) => shown.verify(new X509Certificate(pem).publicKey)))
    return [
      {
        check: SERVED,
        // As with the address itself, this machine may not see what the bay's clients see.
        verdict: 'warning',
        finding: `${address} shows, to this machine, a certificate that the authority has not signed`,
        remedy:
          'a proxy on the way or another server answers; ask from the network of the bay, or compare the address with its load balancer or first master',
      },
    ];
  const ends = Date.parse(shown.validTo);
  const days = Math.floor((ends - Date.now()) / DAY_MS);
  if (days >= RENEWED_BEFORE_DAYS) return [ok(SERVED, `it is valid until ${new Date(ends).toISOString().slice(0, 10)}`)];
  return [
    {
      check: SERVED,
      verdict: days < 0 ? 'failed' : 'warning',
      finding: days < 0 ? `it ended ${-days} days ago` : `it ends in ${days} days, and was not renewed`,
      remedy: 'nodes renew it by themselves: on a master, see journalctl -u magnum-checks',
    },
  ];
}

/** Undefined where nothing answers with TLS: the check of the address says what there is. Nothing is sent, so nothing is trusted either. */
function certificateAt(
  to: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<X509Certificate | undefined> {
  return new Promise((resolve) => {
    const socket = openTls({ ...to, rejectUnauthorized: false, timeout: REACH_MS });
    const end = (found: X509Certificate | undefined): void => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(found);
    };
    const stop = (): void => end(undefined);
    signal.addEventListener('abort', stop, { once: true });
    socket.on('secureConnect', () => end(socket.getPeerX509Certificate()));
    socket.on('timeout', stop).on('error', stop).on('close', stop);
  });
}

async function examineQuota({ magnum, io, bay }: Patient): Promise<readonly Finding[]> {
  const project = bay['project_id'];
  const call = { signal: io.signal };
  const stats = itemOf(
    await magnum.raw(
      { method: 'GET', path: '/v1/stats', query: typeof project === 'string' ? { project_id: project } : {} },
      call,
    ),
  );
  if (typeof project !== 'string') return [ok('quota', `${String(stats['clusters'])} clusters in the project`)];
  const quota = itemOf(await magnum.raw({ method: 'GET', path: `/v1/quotas/${encodeURIComponent(project)}/Cluster` }, call));
  const finding = `${String(stats['clusters'])} of ${String(quota['hard_limit'])} clusters are used`;
  if (Number(stats['clusters']) < Number(quota['hard_limit'])) return [ok('quota', finding)];
  return [
    {
      check: 'quota',
      verdict: 'warning',
      finding,
      remedy: 'no further one can be made: delete one, or ask the administrator for a greater quota',
    },
  ];
}
