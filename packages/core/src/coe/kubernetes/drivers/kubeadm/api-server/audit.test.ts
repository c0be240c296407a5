import { describe, expect, test } from 'vitest';
import { exampleBayFor } from '../../../../shared/testing/example-bays.js';
import { configuredNode } from '../control-plane.test-support.js';
import { kubeadm } from '../driver.js';
import { AUDIT_POLICY } from './audit.js';

const problemsOf = (labels: Readonly<Record<string, string>>) =>
  kubeadm.check?.(exampleBayFor(kubeadm, { desired: { labels } })) ?? [];

interface Rule {
  readonly level: string;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly { readonly group: string; readonly resources?: readonly string[] }[];
  readonly nonResourceURLs?: readonly string[];
}

interface Request {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly path?: string;
}

/** The level at which an API server notes a request: the first rule that fits decides, as Kubernetes documents it. */
function levelOf(request: Request): string {
  const { user = 'alice', groups = [], verb, group = '', resource, path } = request;
  const fits = (rule: Rule): boolean => {
    if (rule.users && !rule.users.includes(user)) return false;
    if (rule.userGroups && !rule.userGroups.some((name) => groups.includes(name))) return false;
    if (rule.verbs && !rule.verbs.includes(verb)) return false;
    if (rule.resources)
      return rule.resources.some(
        (one) => resource !== undefined && one.group === group && (one.resources?.includes(resource) ?? true),
      );
    if (!rule.nonResourceURLs) return true;
    return rule.nonResourceURLs.some((one) => (one.endsWith('*') ? path?.startsWith(one.slice(0, -1)) : path === one));
  };
  const rules = AUDIT_POLICY['rules'] as unknown as readonly Rule[]; // the policy's own form
  return rules.find(fits)?.level ?? 'None';
}

const NODE = { user: 'system:node:worker-1', groups: ['system:nodes'] };
const OPERATOR = { user: 'system:serviceaccount:kube-system:coredns', groups: ['system:serviceaccounts:kube-system'] };

describe('the audit log', () => {
  test('is written by the API server into a folder of the node that only root reads, by the policy beside it', () => {
    const node = configuredNode({ audit_log_enabled: 'true', audit_log_max_age: '7' });
    const given = ['path', 'maxage', 'maxbackup', 'maxsize'].map((name) => node.argument('apiServer', `audit-log-${name}`));
    expect(given).toEqual([['/var/log/kubernetes/audit/audit.log'], ['7'], ['10'], ['100']]);
    expect(node.argument('apiServer', 'audit-policy-file')).toEqual(['/etc/kubernetes/api-server/audit-policy.json']);
    expect(JSON.parse(node.read('api-server/audit-policy.json'))).toEqual(AUDIT_POLICY);
    expect(node.modeOf('api-server/audit-policy.json')).toBe(0o600);
    expect(node.modeOf('../run/logs/kubernetes/audit')).toBe(0o700);
    expect(node.documents['ClusterConfiguration']).toMatchObject({
      apiServer: {
        extraVolumes: [
          { mountPath: '/etc/kubernetes/api-server', readOnly: true, pathType: 'Directory' },
          { mountPath: expect.stringMatching(/\/kubernetes\/audit$/), readOnly: false, pathType: 'Directory' },
        ],
      },
    });
  });

  test('is not kept where no label asks for it', () => {
    expect(JSON.stringify(configuredNode({ audit_log_enabled: 'False' }).documents)).not.toContain('audit');
  });

  test('never has a body of a request or of an answer', () => {
    expect(JSON.stringify(AUDIT_POLICY)).not.toMatch(/"level":"Request/);
  });

  test.each<[string, Request]>([
    ['a user who reads a secret', { verb: 'get', resource: 'secrets' }],
    ['a node that reads a secret', { ...NODE, verb: 'get', resource: 'secrets' }],
    ['the controller manager that lists secrets', { user: 'system:kube-controller-manager', verb: 'list', resource: 'secrets' }],
    ['an add-on that makes a token', { ...OPERATOR, verb: 'create', resource: 'serviceaccounts/token' }],
    ['an add-on that changes a workload', { ...OPERATOR, verb: 'patch', group: 'apps', resource: 'deployments' }],
    ['a node that deletes a pod', { ...NODE, verb: 'delete', resource: 'pods' }],
    ['a user who reads pods', { verb: 'list', resource: 'pods' }],
    ['a user who opens a shell in a pod', { verb: 'create', resource: 'pods/exec' }],
    ['a user who takes a lease', { verb: 'update', group: 'coordination.k8s.io', resource: 'leases' }],
    ['a user who grants rights', { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' }],
    ['a user who asks for the log of a node', { verb: 'get', path: '/logs/kube-apiserver.log' }],
  ])('has %s', (_what, request) => expect(levelOf(request)).toBe('Metadata'));

  test.each<[string, Request]>([
    ['a node that renews its lease', { ...NODE, verb: 'update', group: 'coordination.k8s.io', resource: 'leases' }],
    ['a node that reports its pods', { ...NODE, verb: 'patch', resource: 'pods/status' }],
    ['kube-proxy that watches services', { user: 'system:kube-proxy', verb: 'watch', resource: 'services' }],
    ['CoreDNS that watches services', { ...OPERATOR, verb: 'watch', resource: 'services' }],
    ['events', { ...NODE, verb: 'create', resource: 'events' }],
    ['a load balancer that asks whether the API is ready', { user: 'system:anonymous', verb: 'get', path: '/readyz' }],
  ])('leaves out %s', (_what, request) => expect(levelOf(request)).toBe('None'));

  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    ['a switch that is neither on nor off', { audit_log_enabled: 'yes' }, 'audit_log_enabled', /expected boolean/],
    ['an age that is no number', { audit_log_max_age: 'soon' }, 'audit_log_max_age', /expected integer/],
    ['no file at all', { audit_log_max_backup: '0' }, 'audit_log_max_backup', /at least 1/],
    ['a file larger than a disk', { audit_log_max_size: '999999' }, 'audit_log_max_size', /at most 10240/],
    [
      'a path beside it',
      { audit_log_enabled: 'true', kubeapi_options: '--audit-log-path=-' },
      'kubeapi_options',
      /audit_log_enabled exclude each other; leave one/,
    ],
  ])('with %s is refused', (_what, labels, name, message) => {
    expect(problemsOf(labels)).toEqual([{ field: `labels.${name}`, message: expect.stringMatching(message) }]);
  });
});
