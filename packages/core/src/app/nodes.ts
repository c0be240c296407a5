import type { BayId, NodeId } from '../domain/ids.js';
import type { NodeRecord } from '../domain/node.js';
import type { NodeReport } from '../ports/bay-driver.js';
import { DomainError, isDomainError } from '../domain/errors.js';
import { laterThan } from '../domain/time.js';
import type { BayNodeRow, New, NodeRow, Page } from '../ports/store.js';
import { ownRows, owningProject, type Access, type AppDeps } from './deps.js';
import { findBay, findNode } from './find.js';
import { requireRowRoom } from './row-limits.js';

/** A node as the database has it, with what its engine says of it now, where the engine answers; or a record. */
export type NodeView = Exclude<NodeRow, BayNodeRow> | BayNodeView;
export type BayNodeView = BayNodeRow & { readonly live: NodeReport | undefined };

/** An engine that is slow to answer must not hold up a list. */
const REPORT_MS = 5_000;

export async function listNodes(
  deps: AppDeps,
  access: Access,
  bayIdent: string | undefined,
  page: Page,
  signal: AbortSignal,
): Promise<readonly NodeView[]> {
  deps.policy.require(access.action, access.actor);
  const bayId = bayIdent === undefined ? null : (await findBay(deps, { ...access, action: 'bay:get' }, bayIdent)).bay.id;
  const rows = await deps.store.read((repos) => repos.nodes.list(ownRows(access.actor), { bayId }, page));
  return withReports(deps, rows, signal);
}

export async function getNode(deps: AppDeps, access: Access, ident: string, signal: AbortSignal): Promise<NodeView> {
  const row = await findNode(deps, access, ident);
  const [view] = await withReports(deps, [row], signal);
  return view ?? withLive(row, undefined);
}

/** With what the engines of their bays say of them now. */
export async function withReports(deps: AppDeps, rows: readonly NodeRow[], signal: AbortSignal): Promise<readonly NodeView[]> {
  const bayIds = [...new Set(rows.flatMap((row) => (row.kind === 'node' ? [row.node.bayId] : [])))];
  const reports = new Map(await Promise.all(bayIds.map(async (bayId) => [bayId, await reportsOf(deps, bayId, signal)] as const)));
  return rows.map((row) => withLive(row, row.kind === 'node' ? reports.get(row.node.bayId) : undefined));
}

function withLive(row: NodeRow, reports: readonly NodeReport[] | undefined): NodeView {
  return row.kind === 'record' ? row : { ...row, live: reports?.find((report) => report.name === row.node.name) };
}

async function reportsOf(deps: AppDeps, bayId: BayId, signal: AbortSignal): Promise<readonly NodeReport[]> {
  try {
    return await deps.bus.call('nodes.report', { bayId }, { timeoutMs: REPORT_MS, signal });
  } catch (error) {
    // Live state is an addition: a bay that cannot be asked still has its nodes.
    if (isDomainError(error)) return [];
    throw error;
  }
}

export type NodeRecordFields = Pick<NodeRecord, 'type' | 'imageId' | 'ironicNodeId'>;

export async function createNodeRecord(deps: AppDeps, access: Access, wanted: NodeRecordFields): Promise<NodeView> {
  const { actor } = access;
  deps.policy.require(access.action, actor);
  const record: New<NodeRecord> = {
    ...wanted,
    id: deps.random.uuid() as NodeId, // a new UUID is an id by being given here
    projectId: owningProject(actor),
    userId: actor.userId,
    createdAt: deps.clock.now(),
    updatedAt: null,
  };
  await deps.store.write(async (repos) => {
    await requireRowRoom(deps, repos, 'nodeRecord', record.projectId);
    await repos.nodes.insertRecord(record);
  });
  return { kind: 'record', record: { ...record, sequence: 0 } };
}

/** Errors: `not-supported` for a node of a bay. */
export async function updateNodeRecord(
  deps: AppDeps,
  access: Access,
  ident: string,
  change: (view: NodeView) => NodeRecordFields,
): Promise<NodeView> {
  const record = await findRecord(deps, access, ident);
  const changed = { ...record, ...change({ kind: 'record', record }), updatedAt: laterThan(record, deps.clock.now()) };
  await deps.store.write((repos) => repos.nodes.saveRecord(changed));
  return { kind: 'record', record: changed };
}

export async function deleteNodeRecord(deps: AppDeps, access: Access, ident: string): Promise<void> {
  const { id } = await findRecord(deps, access, ident);
  await deps.store.write((repos) => repos.nodes.delete(id));
}

async function findRecord(deps: AppDeps, access: Access, ident: string): Promise<NodeRecord> {
  const row = await findNode(deps, access, ident);
  if (row.kind === 'record') return row.record;
  throw new DomainError(
    'not-supported',
    (words) => `Node ${row.node.name} belongs to a ${words.bay}: change the size of the ${words.bay} instead.`,
  );
}
