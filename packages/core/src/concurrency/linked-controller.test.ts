import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { linkedController } from './linked-controller.js';

test('it aborts with its parent and its reason, also when the parent had aborted before', () => {
  const parent = new AbortController();
  const child = linkedController(parent.signal);
  parent.abort('parent');
  expect(child.signal.reason).toBe('parent');
  expect(linkedController(parent.signal).signal.reason).toBe('parent');
});

test('aborted by itself, it leaves its parent alone and lets go of it', () => {
  const parent = new AbortController();
  const child = linkedController(parent.signal);
  expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
  child.abort('child');
  expect([parent.signal.aborted, child.signal.reason]).toEqual([false, 'child']);
  expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
});
