// What is measured, as rows of a table: what, the figure, its unit, and the goal that it must stay under (or reach, `atLeast`).
import { benchApi } from './api.mjs';
import { benchCli, CLI_NOTE } from './cli.mjs';
import { benchConductors } from './conductors.mjs';
import { benchDev, DEV_NOTE } from './dev.mjs';
import { benchNodes } from './nodes.mjs';
import { benchSdk } from './sdk-sizes.mjs';
import { benchSweep } from './sweep.mjs';

const MEMORY_MIB = 150;
/** Of the bare server's speed. */
const SHARE = 0.6;
const MOST_STATEMENTS = 2;
/** How much faster three conductors are than one. */
const THREE_CONDUCTORS = 2.2;
const BAYS_PER_CALL = 100;
const SWEEP_CPU_S = 10;
/** The API takes 1,000 workers at most: one node more is the thousandth. */
const BAY_SIZES = [100, 999];
/** What a node costs in the large bay, against one in the small. */
const NODE_RATIO = 1.2;
const ONE_MORE_CPU_S = 2;

/** Each part in a loop of its own. */
const NOT_IN_THE_LIMIT = `What the bare server does not do, in microseconds of CPU for each request, measured part by part on a busy machine with two cores:

| Part | µs |
| --- | --- |
| token: its hash, and the look into the cache | 0.4 |
| request id | 0.1 |
| microversion, remembered by the header's text | 0.2 |
| route of a path without parameters | 0.1 |
| query of one parameter, checked by its schema | 2.6 |
| access log line by pino, without writing it | 1.4 |
| metrics | 1.1 |
| all of the API for \`GET /v1/\`, without the log | 2.6 |
| all of the API for an empty list, without log and database | 7.1 |

The rest of the difference is Express, the classes around Node's requests, Knex (a finished text takes 56 µs through
its pool and 41 through mysql2's own; building the text comes on top), garbage collection, and for lists the way from a row to JSON (2 µs for each row).`;

export const SECTIONS = {
  sdk: {
    title: 'The SDK in a bundle',
    note: 'Bytes of an ES module that esbuild makes for browsers, minified, and compressed by gzip at its best; 1 kB is 1,000 bytes.',
    measure: benchSdk,
  },
  cli: { title: 'The command line', note: CLI_NOTE, measure: benchCli },
  dev: { title: 'The development service', note: DEV_NOTE, measure: benchDev },
  api: {
    title: 'The API on MariaDB and RabbitMQ',
    note: `CPU of the process of \`magnum-api\`, kernel included, for 1,000 requests. Share of the limit: the CPU of a bare \`node:http\` and \`mysql2\`
server that runs the same statements, taken from MariaDB's own log, and sends the same headers and bytes without looking at anything,
divided by ours, in the same run. It can be more than all of it: the bare server makes an object with named fields of every row, ours a list
of values, and what a row and its listed form come to is kept while its values are the same, as they are here and at most polls.
Both are warm: each figure comes after twice as many requests as it is measured with. They are measured by turns, in eleven portions each, of which the median counts.

The shares depend on the machine more than on the code: to wake the thread of MariaDB, or of the client, is half of a small request on a virtual machine with two
processors, and the bare server finds them awake more often, as it asks sooner again. One commit had 72 % (GET /v1/) and 67 % (one bay) on one day, and 46 to 53 % and 49 to
64 % on another. Two versions are therefore compared by their CPU, by turns on one machine.

${NOT_IN_THE_LIMIT}`,
    measure: async (log) => {
      const { rows, memory } = await benchApi(log);
      return [
        ...rows.flatMap(apiRows),
        { what: 'resident memory of magnum-api after the reads', value: memory.afterReads, unit: 'MiB', goal: MEMORY_MIB },
        {
          what: 'resident memory of magnum-api after the creates, too',
          value: memory.afterCreates,
          unit: 'MiB',
          goal: MEMORY_MIB,
        },
      ];
    },
  },
  conductors: {
    title: 'Conductors',
    note: `From the first request to the last bay that is complete. The cloud takes 6 s to accept a stack, and the pass of its bay waits for that; each
conductor works on 8 bays at a time. So it is waiting that limits one conductor. The conductors, with the embedded cloud in them, the API,
MariaDB, RabbitMQ and the client share the machine named above: with three and four of them, it is the processors. No certificates are
made for the bays' nodes, but each bay has its authority: two RSA keys.`,
    measure: async (log) => conductorRows(await benchConductors(log)),
  },
  sweep: {
    title: 'Looking at bays in progress',
    note: `One conductor looks once at every bay, over MariaDB; the orchestrator answers that all of them are in progress. In the first sweep that is
news of every bay, and is recorded, which takes more calls, as bays that cannot be recorded at once are looked at again; later nothing is new.`,
    measure: async (log) => (await benchSweep(log)).flatMap(sweepRows),
  },
  nodes: {
    title: 'A bay of many nodes',
    note: `API, conductor and embedded engine in one process over SQLite, with simulated servers: CPU from the request until the bay is complete, its
authority's two RSA keys included. Then the bay is asked for one node more.`,
    measure: async (log) => nodesRows(await benchNodes(BAY_SIZES, log)),
  },
};

function nodesRows(figures) {
  const [small, large] = figures;
  const each = ({ made, nodes }) => (made / nodes) * 1_000;
  return [
    ...figures.map((figure) => ({ what: `${figure.nodes} nodes: CPU for each`, value: each(figure), unit: 'ms' })),
    {
      what: `a node among ${large.nodes} against one among ${small.nodes}`,
      value: each(large) / each(small),
      unit: '×',
      digits: 2,
      goal: NODE_RATIO,
    },
    ...figures.map(({ nodes, oneMore }) => ({
      what: `one node more at ${nodes}: CPU`,
      value: oneMore,
      unit: 's',
      ...(nodes === large.nodes ? { goal: ONE_MORE_CPU_S } : {}),
    })),
  ];
}

function apiRows({ name, ours, ratio, aim, statements, isWrite }) {
  return [
    { what: `${name}: CPU for 1,000`, value: ours, unit: 's', digits: 3, ...(aim === null ? {} : { goal: aim }) },
    {
      what: `${name}: share of the limit`,
      value: ratio * 100,
      unit: '%',
      ...(isWrite ? {} : { goal: SHARE * 100, atLeast: true }),
    },
    {
      what: `${name}: SQL statements`,
      value: statements,
      unit: '',
      digits: 2,
      ...(isWrite ? {} : { goal: MOST_STATEMENTS + 0.1 }),
    },
  ];
}

function conductorRows({ rows, bays, apiMemory }) {
  const [one] = rows;
  const overlaps = rows.reduce((sum, row) => sum + row.overlaps, 0);
  const claims = rows.reduce((sum, row) => sum + row.claims, 0);
  return [
    ...rows.flatMap(({ count, seconds, each, statements }) => [
      { what: `${bays} bays, ${count === 1 ? '1 conductor' : `${count} conductors`}`, value: seconds, unit: 's' },
      ...(count === 1 ? [] : [speedUp(count, one.seconds / seconds)]),
      { what: `CPU of all ${count} of them, for each bay`, value: each.reduce((sum, { cpu }) => sum + cpu, 0) / bays, unit: 's' },
      { what: `SQL statements for each bay, ${count} of them`, value: statements, unit: '' },
      { what: `resident memory of the largest of ${count}`, value: Math.max(...each.map(({ memory }) => memory)), unit: 'MiB' },
    ]),
    { what: 'resident memory of magnum-api', value: apiMemory, unit: 'MiB', goal: MEMORY_MIB },
    { what: `bays claimed twice at a time, of ${claims} claims`, value: overlaps, unit: '', goal: 1 },
  ];
}

function speedUp(count, times) {
  return {
    what: `${count} conductors against 1`,
    value: times,
    unit: '×',
    digits: 2,
    ...(count === 3 ? { goal: THREE_CONDUCTORS, atLeast: true } : {}),
  };
}

function sweepRows({ bays, first, next }) {
  // The last batch of a sweep may be a part of one, and bays that are due again may begin the next.
  const most = Math.ceil(bays / BAYS_PER_CALL) * 1.05 + 3;
  return [
    { what: `${bays} bays: calls to the orchestrator`, value: next.findAll + next.single, unit: '', goal: most },
    { what: `${bays} bays: CPU, nothing is new`, value: next.cpu, unit: 's', goal: SWEEP_CPU_S },
    { what: `${bays} bays: CPU, all is news`, value: first.cpu, unit: 's' },
    { what: `${bays} bays: time, nothing is new`, value: next.seconds, unit: 's' },
    { what: `${bays} bays: resident memory`, value: Math.max(first.memory, next.memory), unit: 'MiB' },
  ];
}
