import type { FetchRules } from '../adapters/manifests/fetch.js';
import { LIMIT_DEFAULTS, type LimitOptions } from '../adapters/limits/memory.js';
import { ROW_LIMIT_OPTIONS } from '../app/row-limits.js';
import { PREFLIGHT_RULES, type AppRules } from '../app/rules.js';
import type { ConductorRules } from '../conductor/rules.js';
import type { Config } from '../config/config.js';
import { LABEL_CHECKS } from '../domain/labels.js';
import type { LimitedRow } from '../domain/quota.js';

/** What the configuration says about the work of a conductor. */
export function conductorRules(config: Config): ConductorRules {
  return {
    signingRules: {
      allowCa: config.flag('x509', 'allow_ca'),
      allowedExtensions: config.list('x509', 'allowed_extensions'),
      allowedKeyUsage: config.list('x509', 'allowed_key_usage'),
      termOfValidityDays: config.number('x509', 'term_of_validity'),
      rsaKeySize: config.number('x509', 'rsa_key_size'),
    },
    rotationOverlapMs: config.number('certificates', 'rotation_overlap') * 1_000,
    healthIntervalMs: config.number('kubernetes', 'health_polling_interval') * 1_000,
    departedGraceMs: config.number('conductor', 'leftover_grace') * 1_000,
    trustRules: {
      roles: config.list('trust', 'roles'),
      forNodes: config.flag('trust', 'cluster_user_trust'),
      delegateRoles: config.list('trust', 'delegate_roles'),
    },
    sweepRules: {
      timeoutMs: config.number('cluster', 'pre_delete_lb_timeout') * 1_000,
      deletesVolumes: config.text('cluster', 'workload_volumes') === 'delete',
    },
  };
}

/** What it says about requests. */
export function appRules(config: Config): AppRules {
  return {
    defaultClusterQuota: config.number('quotas', 'max_clusters_per_project'),
    // Every kind of row has its option.
    rowLimits: Object.fromEntries(ROW_LIMIT_OPTIONS.map(([kind, name]) => [kind, config.number('quotas', name)])) as Record<
      LimitedRow,
      number
    >,
    labelCheck: LABEL_CHECKS.find((known) => known === config.text('api', 'label_check')) ?? 'warn',
    labelBounds: { count: config.number('api', 'max_labels'), length: config.number('api', 'max_label_length') },
    preflight: PREFLIGHT_RULES.find((rule) => rule === config.text('quotas', 'preflight')) ?? 'warn',
  };
}

/** Where manifests may be fetched from. */
export function manifestRules(config: Config): FetchRules {
  return {
    hosts: config.list('kubernetes', 'manifest_url_hosts'),
    allowPlain: config.flag('kubernetes', 'manifest_url_plain'),
    allowPrivate: config.flag('kubernetes', 'manifest_url_private'),
  };
}

export function requestLimits(config: Config): LimitOptions {
  return {
    perMinute: config.number('api', 'rate_limit'),
    atOnce: config.number('api', 'max_concurrent_requests'),
    reads: config.number('api', 'max_reads_in_flight'),
    writes: config.number('api', 'max_writes_in_flight'),
    share: config.number('api', 'project_share') / 100,
    waitMs: LIMIT_DEFAULTS.waitMs,
  };
}

/** Connections to the database that one project may use at a time. Two at least: SQLite has one, and one may wait for it. */
export function shareOfPool(config: Config): number {
  return Math.max(2, Math.ceil((config.number('database', 'max_pool_size') * config.number('api', 'project_share')) / 100));
}
