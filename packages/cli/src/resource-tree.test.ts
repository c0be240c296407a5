import type { BayEvent } from '@magnum-ts/sdk';
import { describe, expect, test } from 'vitest';
import { colourByStatus } from './colour.js';
import { ResourceTree } from './resource-tree.js';
import { widthOf } from './text.js';

const START = Date.parse('2026-01-01T00:00:00Z');

/** An event of the stack, that many seconds after the start. */
function anEvent(seconds: number, resource: string, status: string, more: Partial<BayEvent> = {}): BayEvent {
  return {
    id: 1,
    at: new Date(START + seconds * 1000).toISOString(),
    kind: 'stack',
    source: 'stack',
    resource,
    resource_type: 'OS::Nova::Server',
    resource_id: null,
    status,
    reason: 'state changed',
    ...more,
  };
}

const RUNS = 'CREATE_IN_PROGRESS';
const DONE = 'CREATE_COMPLETE';
const WORKERS = 'nodes-default-worker-83434288-0';
/** Events of the creation of a bay, as the service reports them, shortened. */
const STORY: readonly BayEvent[] = [
  anEvent(0, 'web-lzdloms7ypjg', RUNS, { resource_type: 'OS::Heat::Stack' }),
  ...['network', 'router', 'secgroup_node'].map((name) => anEvent(1, name, RUNS)),
  anEvent(4, 'network', DONE),
  anEvent(5, 'secgroup_node', DONE),
  anEvent(12, 'router', DONE),
  anEvent(13, 'master-f1b7', RUNS),
  anEvent(13, 'master-f1b7/port', RUNS),
  anEvent(15, 'master-f1b7/port', DONE),
  anEvent(15, 'master-f1b7/server', RUNS),
  anEvent(55, 'master-f1b7/server', DONE),
  anEvent(55, 'master-f1b7/wait_condition', RUNS),
  anEvent(95, 'master-f1b7/wait_handle', 'SIGNAL_COMPLETE'),
  anEvent(96, 'master-f1b7/wait_condition', DONE),
  anEvent(97, 'master-f1b7', DONE),
  anEvent(98, WORKERS, RUNS),
  ...['worker-34c9', 'worker-d036', 'worker-77aa'].flatMap((name) => [
    anEvent(99, `${WORKERS}/${name}`, RUNS),
    anEvent(99, `${WORKERS}/${name}/port`, RUNS),
    anEvent(99, `${WORKERS}/${name}/floating`, RUNS),
  ]),
  anEvent(104, `${WORKERS}/worker-34c9/port`, DONE),
  anEvent(104, `${WORKERS}/worker-34c9/floating`, DONE),
  anEvent(105, `${WORKERS}/worker-34c9/server`, RUNS),
  anEvent(130, `${WORKERS}/worker-34c9/server`, DONE),
  anEvent(141, `${WORKERS}/worker-34c9`, DONE),
  anEvent(142, `${WORKERS}/worker-77aa/server`, 'CREATE_FAILED', {
    reason: 'ResourceInError: Went to status ERROR due to "Message: No valid host was found., Code: 500"',
  }),
];

/** What the terminal shows that many seconds after the start. */
function drawAt(seconds: number, { columns = 80, rows = 24, colour = (_status: string, text: string) => text } = {}): string[] {
  const tree = new ResourceTree();
  const now = START + seconds * 1000;
  for (const event of STORY.filter(({ at }) => Date.parse(at) <= now)) tree.add(event);
  return tree.draw({ columns, rows, now, colour });
}

describe('the tree of a bay that is made', () => {
  test.each([80, 200])('looks as its file says, on a terminal of %i columns', async (columns) => {
    const moments = [2, 60, 110, 160].map((at) => `after ${at} s\n${drawAt(at, { columns }).join('\n')}\n`);
    await expect(moments.join('\n')).toMatchFileSnapshot(`./testing/golden/tree-${columns}.txt`);
  });

  test('has colours by status, and no more width for them', async () => {
    const text = drawAt(160, { colour: colourByStatus }).join('\n');
    await expect(`${text.replaceAll('\u001b', '\\e')}\n`).toMatchFileSnapshot('./testing/golden/tree-colour.txt');
    expect(text.replace(/\u001b\[\d+m/g, '')).toBe(drawAt(160).join('\n'));
  });

  test.each([20, 40, 80])('is never wider than %i columns', (columns) => {
    for (const line of drawAt(160, { columns })) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  test.each([1, 2, 3, 4, 5, 6, 24])('never has more than %i rows', (rows) => {
    expect(drawAt(160, { rows }).length).toBeLessThanOrEqual(rows);
  });
});

describe('the tree of a bay', () => {
  function draw(events: readonly BayEvent[], rows = 24): string[] {
    const tree = new ResourceTree();
    for (const event of events) tree.add(event);
    return tree.draw({ columns: 80, rows, now: START + 60_000, colour: (_status, text) => text });
  }

  test('of many nodes shows those that have failed, and counts the rest', () => {
    const nodes = Array.from({ length: 100 }, (_, index) => {
      const path = `nodes-large-cc2a4d5f-${Math.floor(index / 20)}/worker-${index}`;
      const status = index === 77 ? 'CREATE_FAILED' : index < 60 ? DONE : RUNS;
      return [
        anEvent(0, path, RUNS),
        anEvent(1, `${path}/server`, RUNS),
        anEvent(9, `${path}/server`, status),
        anEvent(9, path, status),
      ];
    });
    const lines = draw(nodes.flat(), 6);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^└─ large +CREATE_FAILED +9s {2}60 of 100 nodes$/);
    expect(lines[1]).toMatch(/^ {3}├─ worker-77 +CREATE_FAILED/);
    expect(lines[2]).toMatch(/CREATE_IN_PROGRESS/);
    expect(lines[5]).toBe('   └─ … 96 nodes: 36 CREATE_IN_PROGRESS, 60 CREATE_COMPLETE');
  });

  test('shows the stacks of one group as one, which is complete when all of them are', () => {
    const lines = draw([
      anEvent(0, 'nodes-large-cc2a4d5f-0/worker-1', RUNS),
      anEvent(0, 'nodes-large-cc2a4d5f-0/worker-1/server', RUNS),
      anEvent(1, 'nodes-large-cc2a4d5f-1/worker-2/server', RUNS),
      anEvent(2, 'nodes-large-cc2a4d5f-1/worker-2/server', DONE),
      anEvent(3, 'nodes-large-cc2a4d5f-1', DONE),
    ]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^└─ large +CREATE_IN_PROGRESS +1m00s {2}1 of 2 nodes$/);
  });

  test('shows a node that leaves', () => {
    const path = `${WORKERS}/worker-d036`;
    const lines = draw([
      anEvent(0, WORKERS, 'UPDATE_IN_PROGRESS'),
      anEvent(1, path, 'DELETE_IN_PROGRESS'),
      anEvent(1, `${path}/server`, 'DELETE_IN_PROGRESS'),
    ]);
    expect(lines[1]).toMatch(/^ {3}└─ worker-d036 +DELETE_IN_PROGRESS +59s {2}server$/);
  });

  test('is empty before the stack has begun, and for a service that has no events', () => {
    expect(draw([])).toEqual([]);
    expect(draw([anEvent(0, 'web', RUNS, { source: 'magnum', resource_type: 'bay' })])).toEqual([]);
  });

  test('shows names of the service without its controls', () => {
    const lines = draw([anEvent(0, 'evil\u001b[2J/ser\nver', 'CREATE_FAILED', { reason: 'a\u001b[2Jb' })]);
    expect(lines.join('')).not.toMatch(/[\u001b\n]/);
  });
});
