import { expect, test } from 'vitest';
import { inotifyWarning } from './host-limits.js';

test('a host that allows few watchers of files is warned of, with the command that raises the limit', () => {
  expect(inotifyWarning('128')).toBe(
    'This host allows 128 instances of inotify, which is enough for about 6 nodes of Kubernetes. For more: sysctl -w fs.inotify.max_user_instances=1024',
  );
});

test.each([['512'], ['8192'], ['no number']])('one with the limit %s is not', (limit) => {
  expect(inotifyWarning(limit)).toBeUndefined();
});
