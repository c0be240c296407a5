import type { BayId } from '../domain/ids.js';
import type { NodeReport } from '../ports/bay-driver.js';
import { isDomainError } from '../domain/errors.js';
import type { NodeRow, Page } from '../ports/store.js';
import { ownRows, type Access, type AppDeps } from './deps.js';
import { findBay, findNode } from './find.js';

/** A node as the database has it, with what its engine says of it now, where the engine answers. */
export interface NodeView extends NodeRow {
  readonly live: NodeReport | undefined;
}

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
  return view ?? { ...row, live: undefined };
}

/** With what the engines of their bays say of them now. */
export async function withReports(deps: AppDeps, rows: readonly NodeRow[], signal: AbortSignal): Promise<readonly NodeView[]> {
  const bayIds = [...new Set(rows.map((row) => row.node.bayId))];
  const reports = new Map(await Promise.all(bayIds.map(async (bayId) => [bayId, await reportsOf(deps, bayId, signal)] as const)));
  return rows.map((row) => ({ ...row, live: reports.get(row.node.bayId)?.find((report) => report.name === row.node.name) }));
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
