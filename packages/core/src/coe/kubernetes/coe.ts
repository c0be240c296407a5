import type { Coe } from '../../ports/bay-driver.js';
import { connectKubernetes } from './session/session.js';
import { kubeadm } from './drivers/kubeadm/driver.js';
import { clientFiles } from './client-files.js';
import { kubernetesOrigins } from './workload-origins.js';

/** Kubernetes: sessions with running clusters, and files for their clients. */
export const kubernetes: Coe = {
  names: ['kubernetes'],
  networkDrivers: ['flannel', 'calico', 'cilium'],
  volumeDrivers: ['cinder'],
  drivers: [kubeadm],
  connect: connectKubernetes,
  clientFiles,
  // Kubernetes' own group of administrators.
  adminSubject: { commonName: 'admin', organization: 'system:masters' },
  workloadOrigins: kubernetesOrigins,
};
