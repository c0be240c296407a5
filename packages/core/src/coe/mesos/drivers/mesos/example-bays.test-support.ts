import { HOSTILE, type Example } from '../../../shared/testing/example-bays.js';

/** Bays that together use everything that this driver renders. */
export const MESOS_BAYS: Readonly<Record<string, Example>> = {
  plain: {},
  'three-masters': {
    managers: 3,
    workers: 2,
    clusterInNames: true,
    desired: { masterLbEnabled: true, dockerVolumeSize: 10 },
  },
  groups: {
    workers: 3,
    shardSize: 2,
    desired: { labels: { mesos_slave_work_dir: '/srv/mesos' } },
    extraGroup: {
      name: 'Grün & groß',
      nodeCount: 2,
      flavorId: 'm1.large',
      labels: {
        mesos_slave_isolation: 'filesystem/linux, docker/runtime',
        mesos_slave_image_providers: 'Docker,appc',
        mesos_slave_executor_env_variables: '{"LANG":"C.UTF-8"}',
      },
    },
  },
  guarded: {
    managers: 3,
    desired: {
      masterLbEnabled: true,
      labels: { api_allowed_cidrs: '192.0.2.0/24', master_lb_allowed_cidrs: '198.51.100.0/24', open_ports: '80,31080-31090' },
    },
  },
  'existing-network': {
    desired: { floatingIpEnabled: false, keypair: null },
    model: { keypairId: null },
    facts: { fixedNetworkId: 'net-1', fixedSubnetId: 'subnet-1' },
  },
  'tls-disabled': { workers: 1, model: { tlsDisabled: true } },
  hostile: {
    desired: {
      labels: {
        ...HOSTILE,
        mesos_slave_executor_env_variables: '{"EVIL":"$(touch /tmp/owned) \\" %h ${HOME} file:///etc/shadow"}',
      },
    },
    model: {
      httpProxy: 'http://user:p%40ss"word@proxy.example.org:3128/$(touch /tmp/owned)',
      noProxy: '10.0.0.0/8,.local',
      insecureRegistry: 'registry.example.org:5000,192.0.2.9:5000',
    },
  },
};
