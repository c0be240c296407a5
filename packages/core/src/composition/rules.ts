import type { FetchRules } from '../adapters/manifests/fetch-bytes.js';
import { postInstallSource } from '../adapters/manifests/post-install.js';
import { LIMIT_DEFAULTS, type LimitOptions } from '../adapters/limits/memory.js';
import type { AppRules } from '../app/rules.js';
import type { ConductorRules } from '../conductor/rules.js';
import type { Config } from '../config/config.js';
import type { PostInstallSource } from '../ports/post-install.js';

/** What the configuration says about the work of a conductor. */
export function conductorRules(config: Config): ConductorRules {
  return {
    signingRules: {
      allowCa: config.sections.x509.allow_ca,
      allowedExtensions: config.sections.x509.allowed_extensions,
      allowedKeyUsage: config.sections.x509.allowed_key_usage,
      termOfValidityDays: config.sections.x509.term_of_validity,
      rsaKeySize: config.sections.x509.rsa_key_size,
    },
    rotationOverlapMs: config.sections.certificates.rotation_overlap * 1_000,
    healthIntervalMs: config.sections.kubernetes.health_polling_interval * 1_000,
    departedGraceMs: config.sections.conductor.leftover_grace * 1_000,
    trustRules: {
      roles: config.sections.trust.roles,
      forNodes: config.sections.trust.cluster_user_trust,
      delegateRoles: config.sections.trust.delegate_roles,
    },
    sweepRules: {
      timeoutMs: config.sections.cluster.pre_delete_lb_timeout * 1_000,
      deletesVolumes: config.sections.cluster.workload_volumes === 'delete',
    },
  };
}

/** What it says about requests. */
export function appRules(config: Config): AppRules {
  return {
    defaultClusterQuota: config.sections.quotas.max_clusters_per_project,
    rowLimits: rowLimits(config),
    labelCheck: config.sections.api.label_check,
    labelBounds: { count: config.sections.api.max_labels, length: config.sections.api.max_label_length },
    preflight: config.sections.quotas.preflight,
    nodesHaveTrust: config.sections.trust.cluster_user_trust,
  };
}

function rowLimits({ sections: { quotas } }: Config): AppRules['rowLimits'] {
  return {
    bay: quotas.max_bays_per_project,
    bayModel: quotas.max_bay_models_per_project,
    federation: quotas.max_federations_per_project,
    x509KeyPair: quotas.max_x509_key_pairs_per_project,
    container: quotas.max_containers_per_project,
    nodeRecord: quotas.max_nodes_per_project,
    nodeGroup: quotas.max_node_groups_per_cluster,
  };
}

/** Where manifests may be fetched from. */
export function manifestRules(config: Config): FetchRules {
  return {
    hosts: config.sections.kubernetes.manifest_url_hosts,
    allowPlain: config.sections.kubernetes.manifest_url_plain,
    allowPrivate: config.sections.kubernetes.manifest_url_private,
  };
}

/** The manifest for new bays of Kubernetes; null where none is named. Errors: `invalid-parameter` for an address that could never be fetched. */
export function postInstallOf({ sections: { kubernetes } }: Config): PostInstallSource | null {
  const address = kubernetes.post_install_manifest_url;
  return address === null ? null : postInstallSource({ allowPlain: kubernetes.manifest_url_plain }, address);
}

export function requestLimits(config: Config): LimitOptions {
  return {
    perMinute: config.sections.api.rate_limit,
    atOnce: config.sections.api.max_concurrent_requests,
    reads: config.sections.api.max_reads_in_flight,
    writes: config.sections.api.max_writes_in_flight,
    share: config.sections.api.project_share / 100,
    waitMs: LIMIT_DEFAULTS.waitMs,
  };
}

/** Connections to the database that one project may use at a time. Two at least: SQLite has one, and one may wait for it. */
export function shareOfPool(config: Config): number {
  return Math.max(2, Math.ceil((config.sections.database.max_pool_size * config.sections.api.project_share) / 100));
}
