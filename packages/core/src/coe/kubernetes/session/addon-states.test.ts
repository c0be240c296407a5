import { describe, expect, test } from 'vitest';
import { reasonOf } from './addon-states.js';
import { isReplaced, isRolledOut, rolloutOf } from './workloads.js';

describe('how far a workload is rolled out', () => {
  const daemonSet = {
    metadata: { generation: 2 },
    status: { desiredNumberScheduled: 3, currentNumberScheduled: 3, numberMisscheduled: 0, numberReady: 3 },
  };

  test('is not known while its controller has not seen the newest template', () => {
    expect(rolloutOf({ ...daemonSet, status: { ...daemonSet.status, observedGeneration: 1 } })).toBeUndefined();
    expect(rolloutOf({ metadata: { generation: 1 } })).toBeUndefined();
  });

  test.each([
    [{ updatedNumberScheduled: 3, numberAvailable: 3 }, true],
    [{ updatedNumberScheduled: 2, numberAvailable: 3 }, false],
    [{ updatedNumberScheduled: 3, numberAvailable: 2 }, false],
    [{}, false],
  ])('of a DaemonSet with %j of three pods: %s', (status, expected) => {
    const rollout = rolloutOf({ ...daemonSet, status: { ...daemonSet.status, observedGeneration: 2, ...status } });
    expect(rollout && isRolledOut(rollout)).toBe(expected);
  });

  test.each([
    [2, { updatedReplicas: 2, availableReplicas: 2 }, true],
    [2, { updatedReplicas: 1, availableReplicas: 2 }, false],
    [undefined, { updatedReplicas: 1, availableReplicas: 1 }, true],
    [0, {}, true],
  ])('of a Deployment of %s replicas with %j: %s', (replicas, status, expected) => {
    const spec = { ...(replicas === undefined ? {} : { replicas }), selector: {}, template: {} };
    const rollout = rolloutOf({ metadata: { generation: 1 }, spec, status: { observedGeneration: 1, ...status } });
    expect(rollout && isRolledOut(rollout)).toBe(expected);
  });
});

test('pods that cannot run are replaced all the same, and those of a former template are not', () => {
  const replaced = (status: object): boolean | undefined => {
    const rollout = rolloutOf({
      metadata: { generation: 1 },
      spec: { selector: {}, template: {} },
      status: { observedGeneration: 1, ...status },
    });
    return rollout && isReplaced(rollout);
  };
  expect(replaced({ replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 })).toBe(true);
  expect(replaced({ replicas: 2, updatedReplicas: 1, availableReplicas: 1 })).toBe(false);
});

describe('why a pod does not run', () => {
  const container = { image: '', imageID: '', ready: false, restartCount: 0 };

  test('is what its first waiting container says, and not that another one is waited for', () => {
    const containerStatuses = [{ ...container, name: 'server', state: { waiting: { reason: 'PodInitializing' } } }];
    const initContainerStatuses = [{ ...container, name: 'plugin', state: { waiting: { reason: 'ImagePullBackOff' } } }];
    expect(reasonOf({ status: { containerStatuses, initContainerStatuses } })).toBe('plugin is in ImagePullBackOff');
    expect(reasonOf({ status: { containerStatuses } })).toBeUndefined();
  });

  test('is what the scheduler says of one that finds no node', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 had a taint.' }];
    expect(reasonOf({ status: { conditions } })).toBe('0/1 nodes are available: 1 had a taint.');
    expect(reasonOf({ status: {} })).toBeUndefined();
  });
});
