// Import zones: which folder may import which (docs/architecture.md, "The house at a glance"). Cycles are errors.
const core = '^packages/core/src';

/** Helpers that every layer may need: for concurrent work and deadlines, and for bounded calls to servers that are not trusted. */
const SHARED = ['concurrency', 'http'];

/** Files of `from` may import nothing of core but `allowed` and what all share. */
function zone(from, allowed, comment) {
  return {
    name: `zone-${from}`,
    comment,
    severity: 'error',
    from: { path: `${core}/${from}/`, pathNot: '[.]test(-support)?[.]ts$|/shared/testing/' },
    to: { path: `${core}/`, pathNot: `${core}/(${[from, ...SHARED, ...allowed].join('|')})/` },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    zone(
      'concurrency',
      ['ports'],
      'Helpers for concurrent work know neither bays nor clouds: of ports, the clock and random numbers.',
    ),
    zone('http', [], 'The bounded transport knows neither engines nor bays.'),
    zone('docker', ['domain'], 'A client of an engine, as a library would be.'),
    zone('domain', [], 'The domain is pure and knows nobody.'),
    zone('ports', ['domain'], 'Ports are types over the domain.'),
    zone('app', ['domain', 'ports'], 'Use cases know no HTTP, SQL or Heat.'),
    zone('api', ['app', 'domain', 'ports'], 'The wire edge reaches the rest through use cases.'),
    zone('conductor', ['app', 'domain', 'ports'], 'The reconciler knows adapters through ports only.'),
    zone('coe', ['docker', 'domain', 'ports'], 'Drivers render; they call nobody.'),
    zone(
      'embedded-cloud',
      ['adapters/knex', 'docker', 'domain', 'ports'],
      'A cloud of its own, behind the same ports as OpenStack.',
    ),
    {
      name: 'composition-sees-all-and-is-seen-by-none',
      comment: "Only the package's entry imports what puts the processes together.",
      severity: 'error',
      from: { path: `${core}/`, pathNot: `${core}/(composition/|index[.]ts|.*[.]test[.]ts$)` },
      to: { path: `${core}/composition/` },
    },
    zone('adapters', ['docker', 'domain', 'ports'], 'Adapters decide nothing about bays.'),
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: `${core}/domain/`, pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^util$|^node:util$' },
    },
    {
      name: 'express-stays-in-the-server',
      severity: 'error',
      from: { pathNot: '^packages/server/' },
      to: { path: 'node_modules/express/' },
    },
    {
      name: 'sdk-needs-no-core',
      severity: 'error',
      from: { path: '^packages/sdk/src', pathNot: '[.]test[.]ts$|^packages/sdk/src/testing/' },
      to: { path: '^packages/(core|server|cli)/' },
    },
    {
      name: 'packages-meet-at-their-exports',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src' },
      to: { path: '^packages/([^/]+)/src', pathNot: '^packages/$1/' },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
