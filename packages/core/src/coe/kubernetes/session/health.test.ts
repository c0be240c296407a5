import { expect, test } from 'vitest';
import { failedChecks } from './health.js';

// As kube-apiserver answers to `/readyz?verbose`.
test('the checks that fail are named, and no more than five of them', () => {
  const answer =
    '[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n[-]informer-sync failed: reason withheld\nreadyz check failed';
  expect(failedChecks(answer)).toBe('etcd, informer-sync failed');
  expect(failedChecks('[-]x failed: y\n'.repeat(1_000))).toBe('x, x, x, x, x failed');
});

test('an answer that names none is no list', () => {
  for (const answer of ['', 'ok', '<html>502</html>', `[-]${'x'.repeat(500)} failed`])
    expect(failedChecks(answer)).toBeUndefined();
});
