import type { Labels, LabelSchema, Problem } from '../../../../domain/labels.js';

/** Why a label of earlier drivers changes nothing here. */
const WHY: Readonly<Record<string, readonly string[]>> = {
  'versions follow from kube_tag': [
    'etcd_tag',
    'coredns_tag',
    'nginx_ingress_controller_tag',
    'nginx_ingress_controller_chart_tag',
  ],
  'the image brings Kubernetes and containerd, and is replaced as a whole': [
    'kube_image_digest',
    'hyperkube_prefix',
    'heat_container_agent_tag',
    'use_podman',
    'ostree_remote',
    'ostree_commit',
    'container_runtime',
    'containerd_version',
    'containerd_tarball_url',
    'containerd_tarball_sha256',
    'selinux_mode',
  ],
  'all images of Calico have the tag of calico_tag': ['calico_kube_controllers_tag'],
  'it is not deployed': [
    'kube_dashboard_enabled',
    'kube_dashboard_version',
    'metrics_scraper_tag',
    'influx_grafana_dashboard_enabled',
    'heapster_enabled',
    'tiller_enabled',
    'tiller_tag',
    'tiller_namespace',
    'helm_client_url',
    'helm_client_sha256',
    'helm_client_tag',
    'monitoring_enabled',
    'monitoring_retention_days',
    'monitoring_retention_size',
    'monitoring_interval_seconds',
    'monitoring_storage_class_name',
    'monitoring_ingress_enabled',
    'cluster_basic_auth_secret',
    'cluster_root_domain_name',
    'prometheus_operator_chart_tag',
    'prometheus_adapter_enabled',
    'prometheus_adapter_chart_tag',
    'prometheus_adapter_configmap',
    'metrics_server_chart_tag',
    'prometheus_monitoring',
    'prometheus_tag',
    'grafana_tag',
    'grafana_admin_passwd',
    'draino_tag',
    'npd_enabled',
    'node_problem_detector_tag',
    'system_pods_initial_delay',
    'system_pods_timeout',
  ],
};

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries(WHY).flatMap(([why, names]) => names.map((name): [string, string] => [name, why])),
);

/** Values that ask for what is the case anyway, so that no warning is needed. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = { container_runtime: ['containerd', ''] };

/**
 * Labels of the drivers before this one. Templates of those times have them, so they are accepted; each of them is warned of, because
 * the caller who set it expects an effect.
 */
export const IDLE_LABELS: LabelSchema = Object.fromEntries(
  [...REASONS].map(([name, why]) => [name, { type: 'string', meaning: `Accepted, and has no effect: ${why}.` }]),
);

/** A warning for each of these labels that asks for something. A switch that is off asks for nothing. */
export function idleLabelProblems(labels: Labels): readonly Problem[] {
  return Object.entries(labels).flatMap(([name, value]) => {
    const why = REASONS.get(name);
    if (why === undefined || value.toLowerCase() === 'false' || HARMLESS[name]?.includes(value)) return [];
    return [{ field: `labels.${name}`, message: `accepted, and has no effect: ${why}` }];
  });
}
