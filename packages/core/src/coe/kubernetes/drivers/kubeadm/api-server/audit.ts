import type { JsonObject } from '../../../../../domain/json.js';
import { labelValue, type Labels, type LabelSchema } from '../../../../../domain/labels.js';
import type { ApiServerSettings } from './part.js';

/** The audit log. The names are those of magnum-cluster-api, so that its templates serve here. */
export const AUDIT_LABELS = {
  audit_log_enabled: {
    type: 'boolean',
    default: 'false',
    meaning: 'Whether control planes keep a log of who asked the API for what, and never of what was in it.',
  },
  audit_log_max_age: {
    type: 'integer',
    default: '30',
    minimum: 1,
    maximum: 3650,
    meaning: 'Days after which a file of the audit log is deleted.',
  },
  audit_log_max_backup: {
    type: 'integer',
    default: '10',
    minimum: 1,
    maximum: 1000,
    meaning: 'Files of the audit log that are kept beside the one that is written.',
  },
  audit_log_max_size: {
    type: 'integer',
    default: '100',
    minimum: 1,
    maximum: 10_240,
    meaning: 'MiB after which the next file of the audit log begins.',
  },
} as const satisfies LabelSchema;

/** Arguments of the API server that are set where there is an audit log. */
export const AUDIT_ARGUMENTS: readonly string[] = [
  ...['audit-log-path', 'audit-log-maxage', 'audit-log-maxbackup', 'audit-log-maxsize', 'audit-log-format'],
  'audit-policy-file',
];

const FOLDER = '/var/log/kubernetes/audit';

export function keepsAuditLog(labels: Labels): boolean {
  return valueOf(labels, 'audit_log_enabled').toLowerCase() === 'true';
}

export function auditSettings(labels: Labels): ApiServerSettings | undefined {
  if (!keepsAuditLog(labels)) return undefined;
  return {
    arguments: [
      { name: 'audit-log-path', value: `${FOLDER}/audit.log` },
      { name: 'audit-log-maxage', value: valueOf(labels, 'audit_log_max_age') },
      { name: 'audit-log-maxbackup', value: valueOf(labels, 'audit_log_max_backup') },
      { name: 'audit-log-maxsize', value: valueOf(labels, 'audit_log_max_size') },
      { name: 'audit-log-format', value: 'json' },
    ],
    documents: [{ argument: 'audit-policy-file', file: 'audit-policy.json', content: AUDIT_POLICY }],
    folders: [FOLDER],
  };
}

function valueOf(labels: Labels, name: keyof typeof AUDIT_LABELS): string {
  return labelValue(AUDIT_LABELS, labels, name) ?? '';
}

const READING: readonly string[] = ['get', 'list', 'watch'];
/** Their bodies are secrets, so every request that reads one is logged, without its body, also those of the system. */
const SENSITIVE: readonly JsonObject[] = [
  { group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] },
  { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
];

/**
 * The first rule that fits decides. `Metadata` notes who, when, what and the answer's status, and no body, of any request: a log with bodies
 * would hold the secrets that encryption keeps out of etcd.
 *
 * Left out is what the cluster's own programs do all the time, which would push everything else out of the files: reading, the leases by which
 * they show that they live, and questions whether the API is ready. Whatever they change is in the log.
 */
export const AUDIT_POLICY: JsonObject = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  // A request is noted once, with its answer.
  omitStages: ['RequestReceived'],
  rules: [
    // Their programs renew them every two seconds. They come first, because a rule below would note who takes which.
    { level: 'None', userGroups: ['system:nodes'], verbs: ['get', 'update', 'patch'], resources: leases() },
    {
      level: 'None',
      users: ['system:kube-controller-manager', 'system:kube-scheduler', 'system:apiserver'],
      verbs: ['get', 'update', 'patch'],
      resources: leases(),
    },
    { level: 'Metadata', resources: SENSITIVE },
    {
      level: 'None',
      users: ['system:kube-controller-manager', 'system:kube-scheduler', 'system:kube-proxy', 'system:apiserver'],
      verbs: READING,
    },
    { level: 'None', userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'], verbs: READING },
    { level: 'None', userGroups: ['system:nodes'], verbs: ['patch', 'update'], resources: statuses() },
    { level: 'None', resources: [{ group: '', resources: ['events'] }, { group: 'events.k8s.io' }] },
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi/*', '/api*', '/metrics'] },
    { level: 'Metadata' },
  ],
};

function leases(): readonly JsonObject[] {
  return [{ group: 'coordination.k8s.io', resources: ['leases'] }];
}

/** Nodes and their pods as kubelets report them. */
function statuses(): readonly JsonObject[] {
  return [{ group: '', resources: ['nodes/status', 'pods/status'] }];
}
