import { HOSTILE, type Example } from '../../../shared/testing/example-bays.js';

/** Bays that together use everything that this driver renders. */
export const KUBEADM_BAYS: Readonly<Record<string, Example>> = {
  plain: {},
  'three-masters': {
    managers: 3,
    workers: 2,
    clusterInNames: true,
    desired: { masterLbEnabled: true, dockerVolumeSize: 20, labels: { etcd_volume_size: '5', etcd_volume_type: 'fast' } },
  },
  groups: {
    workers: 1,
    extraGroup: {
      name: 'Grün & groß',
      role: 'gpu',
      nodeCount: 2,
      flavorId: 'm1.large',
      nodeLabels: { 'example.org/gpu': 'true', get_param: 'x' },
      nodeTaints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
    },
  },
  empty: { workers: 0 },
  guarded: {
    desired: {
      labels: {
        api_allowed_cidrs: '192.0.2.0/24',
        ssh_allowed_cidrs: '192.0.2.0/24',
        node_port_cidrs: '198.51.100.0/24',
        open_ports: '30080',
      },
    },
  },
  routed: { desired: { labels: { flannel_backend: 'host-gw', kube_tag: 'v1.34', boot_volume_size: '10' } } },
  secured: {
    desired: {
      labels: {
        oidc_issuer_url: 'https://keycloak.example.org/realms/sea',
        oidc_client_id: 'kubernetes',
        oidc_groups_claim: 'groups',
        oidc_groups_prefix: 'oidc:',
        audit_log_enabled: 'true',
        audit_log_max_size: '50',
        encryption_at_rest: 'true',
        pod_security_default: 'baseline',
        registry_mirrors: 'docker.io=https://mirror.example.org quay.io=https://harbor.example.org/v2/quay',
      },
    },
  },
  'existing-network': {
    desired: { floatingIpEnabled: false, keypair: null, labels: { container_infra_prefix: 'registry.example.org/k8s/' } },
    model: { keypairId: null },
    facts: { fixedNetworkId: 'net-1', fixedSubnetId: 'subnet-1' },
  },
  calico: { desired: { labels: { calico_ipv4pool_ipip: 'CrossSubnet' } }, model: { networkDriver: 'calico' } },
  cilium: { model: { networkDriver: 'cilium' } },
  'bare-metal': {
    managers: 3,
    desired: { masterLbEnabled: true, fixedNetwork: 'machines' },
    model: { serverType: 'bm' },
    facts: { fixedNetworkId: 'net-1', fixedSubnetId: 'subnet-1' },
  },
  'fedora-coreos': {
    managers: 3,
    desired: { masterLbEnabled: true, dockerVolumeSize: 20, labels: { etcd_volume_size: '5' } },
    model: { clusterDistro: 'fedora-coreos' },
  },
  flatcar: { workers: 1, model: { clusterDistro: 'flatcar' } },
  hostile: {
    desired: {
      labels: {
        ...HOSTILE,
        kubeapi_options: `--audit-log-path="/var/log/a b.log" --v=4`,
        kubelet_options: '--max-pods 50 --v=2',
      },
    },
    model: {
      httpProxy: 'http://user:p%40ss"word@proxy.example.org:3128/$(touch /tmp/owned)',
      insecureRegistry: '192.0.2.9:5000',
    },
  },
};
