/**
 * The resources of a bay as a tree, for a terminal that redraws it.
 *
 * A bay of some nodes has hundreds of events, and what an operator asks of them is which nodes are there and what the others wait for. So the
 * events are kept by the path of their resource (`nodes-large-cc2a4d5f-0/worker-af9e/server`), and a row is shown for each group and each node, with what of
 * it is not complete. What must stay true: no row is wider than the terminal, nor are there more rows than it has, since only such lines can be
 * redrawn; a failed node is never left out for a complete one; times are differences of the server's clock; and all texts are escaped.
 */
import type { BayEvent } from '@magnum-ts/sdk';
import { oneLine, widthOf } from './text.js';

interface Part {
  readonly name: string;
  /** Empty until an event names the part itself. */
  status: string;
  reason: string;
  /** Milliseconds since 1970, on the server's clock. */
  startedAt: number;
  changedAt: number;
  readonly parts: Map<string, Part>;
}

export interface TreeSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TreeView extends TreeSize {
  /** The present on the server's clock. */
  readonly now: number;
  /** The text in the colour of the status. */
  readonly colour: (status: string, text: string) => string;
}

export class ResourceTree {
  readonly #bay = createPart('', 0);

  add(event: BayEvent): void {
    const isOfResource = event.source === 'stack' && event.resource_type !== 'OS::Heat::Stack';
    // A signal says that a node has reported, and is not the status of the resource that heard it.
    if (!isOfResource || event.status.startsWith('SIGNAL_')) return;
    const at = Date.parse(event.at);
    let part = this.#bay;
    for (const name of pathOf(event.resource)) part = findPart(part, name, at);
    part.status = event.status;
    part.reason = event.reason ?? '';
    part.changedAt = at;
  }

  /** The rows, none of them wider than the terminal, and no more than it has. */
  draw(view: TreeView): string[] {
    const groups = [...this.#bay.parts.values()].filter(({ parts }) => parts.size > 0);
    const shared = [...this.#bay.parts.values()].filter(({ parts }) => parts.size === 0);
    const top = [...(shared.length > 0 ? [sharedPart(shared)] : []), ...groups];
    const shown = nodesThatFit(
      top.map((part) => nodesOf(part).length),
      view.rows,
    );
    const rows = top.flatMap((part, index) => rowsOf(part, { isLast: index === top.length - 1, shown, now: view.now }));
    const cut = rows.length > view.rows ? rows.slice(0, Math.max(0, view.rows - 1)) : rows;
    const lines = drawRows(cut, view);
    return cut === rows ? lines : [...lines, fit(`… ${rows.length - cut.length} more`, view.columns)];
  }
}

/** How many nodes of each group are shown, so that all groups fit into the rows. */
function nodesThatFit(groups: readonly number[], rows: number): number {
  const heightOf = (shown: number): number =>
    groups.reduce((sum, count) => sum + 1 + Math.min(count, shown) + (count > shown ? 1 : 0), 0);
  let shown = Math.max(0, ...groups);
  while (shown > 0 && heightOf(shown) > rows) shown -= 1;
  return shown;
}

function createPart(name: string, at: number): Part {
  return { name, status: '', reason: '', startedAt: at, changedAt: at, parts: new Map() };
}

function findPart(parent: Part, name: string, at: number): Part {
  const found = parent.parts.get(name) ?? createPart(name, at);
  parent.parts.set(name, found);
  return found;
}

/** The names from the bay down. The nodes of a large group are in several stacks, which are one group to the reader. */
function pathOf(resource: string): string[] {
  const [first = '', ...rest] = resource.split('/');
  return [/^nodes-(.+)-[0-9a-f]{8}-\d+$/.exec(first)?.[1] ?? first, ...rest];
}

/** What belongs to no node, as one part: networks, security groups and so on. */
function sharedPart(parts: readonly Part[]): Part {
  return {
    ...createPart('shared resources', Math.min(...parts.map(({ startedAt }) => startedAt))),
    parts: new Map(parts.map((part) => [part.name, part])),
  };
}

function nodesOf(part: Part): Part[] {
  return [...part.parts.values()].filter(({ parts }) => parts.size > 0);
}

/** Its own status, unless the status of a part says more: of one that has failed, or that is not complete. */
function statusOf(part: Part): string {
  const all = [part.status, ...[...part.parts.values()].map(statusOf)].filter((status) => status !== '');
  return (
    all.find((status) => status.endsWith('_FAILED')) ?? all.find((status) => status.endsWith('_IN_PROGRESS')) ?? all[0] ?? ''
  );
}

function lastChange(part: Part): number {
  return Math.max(part.changedAt, ...[...part.parts.values()].map(lastChange));
}

interface Row {
  readonly label: string;
  readonly status: string;
  readonly elapsedMs: number | undefined;
  readonly detail: string;
}

interface RowsOptions {
  readonly isLast: boolean;
  /** The number of nodes that are shown. */
  readonly shown: number;
  readonly now: number;
}

function rowsOf(part: Part, { isLast, shown, now }: RowsOptions): Row[] {
  const all = nodesOf(part);
  // Rows keep their places while all of them are shown.
  const nodes = all.length > shown ? all.sort((a, b) => rankOf(a) - rankOf(b)) : all;
  const hidden = nodes.slice(shown);
  const indent = isLast ? '   ' : '│  ';
  const below = nodes.slice(0, shown).map((node, index) => {
    const isEnd = index === nodes.length - 1;
    return rowOf(node, `${indent}${isEnd ? '└─' : '├─'} `, now);
  });
  const rest = hidden.length > 0 ? [{ ...BARE, label: `${indent}└─ … ${countByStatus(hidden)}` }] : [];
  return [rowOf(part, `${isLast ? '└─' : '├─'} `, now), ...below, ...rest];
}

const BARE: Row = { label: '', status: '', elapsedMs: undefined, detail: '' };

function rowOf(part: Part, prefix: string, now: number): Row {
  const status = statusOf(part);
  const isUnderWay = status.endsWith('_IN_PROGRESS');
  const elapsedMs = Math.max(0, (isUnderWay ? now : lastChange(part)) - part.startedAt);
  return { label: `${prefix}${oneLine(part.name)}`, status: oneLine(status), elapsedMs, detail: detailOf(part) };
}

/** What failed, and why; else what is not complete. */
function detailOf(part: Part): string {
  const nodes = nodesOf(part);
  const done = nodes.filter((node) => rankOf(node) === COMPLETE).length;
  if (nodes.length > 0) return `${done} of ${nodes.length} nodes`;
  const parts = [...part.parts.values()];
  const failed = parts.find(({ status }) => status.endsWith('_FAILED'));
  if (failed) return oneLine(`${failed.name}: ${failed.reason}`);
  return parts
    .filter(({ status }) => status.endsWith('_IN_PROGRESS'))
    .map(({ name }) => oneLine(name))
    .join(', ');
}

const [FAILED, UNDER_WAY, COMPLETE] = [0, 1, 2];

function rankOf(part: Part): number {
  const status = statusOf(part);
  if (status.endsWith('_FAILED')) return FAILED;
  return status.endsWith('_IN_PROGRESS') ? UNDER_WAY : COMPLETE;
}

/** `12 nodes: 10 CREATE_COMPLETE, 2 CREATE_IN_PROGRESS`. */
function countByStatus(nodes: readonly Part[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(statusOf(node), (counts.get(statusOf(node)) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${oneLine(status)}`);
  return `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${parts.join(', ')}`;
}

const STATUS_WIDTH = 'CREATE_IN_PROGRESS'.length;
/** Of the terminal's width, for the names. */
const LABEL_SHARE = 0.5;

function drawRows(rows: readonly Row[], { columns, colour }: TreeView): string[] {
  const widest = Math.max(0, ...rows.filter(({ status }) => status !== '').map(({ label }) => widthOf(label)));
  const width = Math.min(widest, Math.floor(columns * LABEL_SHARE));
  return rows.map(({ label, status, elapsedMs, detail }) => {
    if (status === '') return fit(label, columns);
    const elapsed = elapsedMs === undefined ? '' : formatElapsed(elapsedMs);
    const before = `${pad(fit(label, width), width)}  `;
    const after = `  ${elapsed.padStart(6)}  ${detail}`.trimEnd();
    const room = columns - widthOf(before);
    const plain = fit(`${status.padEnd(STATUS_WIDTH)}${after}`, room);
    // The colour is added to a text that fits, so that it is never cut within it.
    return `${before}${plain.startsWith(status) ? colour(status, status) + plain.slice(status.length) : plain}`;
  });
}

function pad(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;
}

/** The text, cut to the width. */
export function fit(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (widthOf(cut) + widthOf(character) > width - 1) break;
    cut += character;
  }
  return width < 1 ? '' : `${cut}…`;
}

export function formatElapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}
