import { describe, expect, test } from 'vitest';
import { healthyUrls, leaderIn, membersIn, removalProblem, type EtcdMember } from './etcd.js';

const member = (name: string, isLearner = false): EtcdMember => ({
  id: name.padStart(16, '0'),
  name,
  clientUrl: `https://${name}:2379`,
  isLearner,
});
const [A, B, C] = [member('a'), member('b'), member('c')];
const alive = (...members: readonly EtcdMember[]): ReadonlySet<string> => new Set(members.map(({ clientUrl }) => clientUrl));

describe('the members of etcd', () => {
  test('are read as etcdctl prints them, ids as it takes them, and lines that are none are left out', () => {
    const printed = [
      '8e9e05c52164694d, started, master-0064, https://10.0.0.10:2380, https://10.0.0.10:2379, false',
      'fd422379fda50e48, started, master-00c8, https://10.0.0.11:2380, https://10.0.0.11:2379, true',
      '91bc3c398fb3c146, unstarted, , https://10.0.0.12:2380, , false',
      '{"level":"warn","msg":"retrying"}',
      '',
    ];
    expect(membersIn(printed.join('\n'))).toEqual([
      { id: '8e9e05c52164694d', name: 'master-0064', clientUrl: 'https://10.0.0.10:2379', isLearner: false },
      { id: 'fd422379fda50e48', name: 'master-00c8', clientUrl: 'https://10.0.0.11:2379', isLearner: true },
      { id: '91bc3c398fb3c146', name: '', clientUrl: '', isLearner: false },
    ]);
  });

  test('are healthy where they answered so', () => {
    const printed = JSON.stringify([
      { endpoint: 'https://a:2379', health: true, took: '5ms' },
      { endpoint: 'https://b:2379', health: false, error: 'context deadline exceeded' },
      null,
    ]);
    expect([...healthyUrls(printed)]).toEqual(['https://a:2379']);
  });

  test('have a leader, whose id is larger than a number of JavaScript', () => {
    const status = (leader: string): string =>
      `[{"Endpoint":"https://a:2379","Status":{"header":{"member_id":7},"leader":${leader},"raftTerm":3}}]`;
    expect(leaderIn(status('18249187646912138824'))).toBe('fd422379fda50e48');
    expect(leaderIn(status('"10501334649042878790"'))).toBe('91bc3c398fb3c146');
    expect([leaderIn(status('0')), leaderIn(''), leaderIn('[{}]')]).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ['one of three that all answer', [A, B, C], A, alive(A, B, C), undefined],
    ['an unhealthy one of three', [A, B, C], A, alive(B, C), undefined],
    ['one of two', [A, B], A, alive(A, B), undefined],
    ['a learner, which has no vote', [A, member('l', true)], member('l', true), alive(A), undefined],
    ['a healthy one beside an unhealthy one', [A, B, C], A, alive(A, B), /1 of its 2 other members answer, and 2 must/],
    ['the only one', [A], A, alive(A), /0 of its 0 other members answer, and 1 must/],
    ['one beside a learner alone', [A, member('l', true)], A, alive(A, member('l', true)), /0 of its 0 other/],
    ['one of two whose other is unhealthy', [A, B], A, alive(A), /0 of its 1 other members answer, and 1 must/],
  ] as const)('let %s go only where the others have a majority', (_, members, leaving, healthy, expected) => {
    const problem = removalProblem(members, leaving, healthy);
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(expected);
  });
});
