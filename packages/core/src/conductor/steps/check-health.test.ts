import { expect, test } from 'vitest';
import type { Pass } from '../pass.js';
import { checkHealth, type CheckHealthDeps } from './check-health.js';

test.each([0, -1_000])('an interval of %d ms between two looks at the health means no look at all', async (healthIntervalMs) => {
  // Nothing else may be asked for: whatever is not here fails the test by being called.
  const deps = { healthIntervalMs } as CheckHealthDeps;
  const pass = { state: { bay: { observed: { status: 'CREATE_COMPLETE', apiAddress: null } } } } as Pass;
  const result = await checkHealth(deps, pass, new AbortController().signal);
  expect(result).toEqual({ lookAgainAt: 'never', failed: false, outcome: 'check-health' });
});
