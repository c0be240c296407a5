import type { Coe } from '../../ports/bay-driver.js';
import { connectKubernetes } from './session/session.js';
import { clientFiles } from './client-files.js';
import { kubernetesOrigins } from './workload-origins.js';

/** Kubernetes: how a running one is spoken with. No driver makes one yet. */
export const kubernetes: Coe = {
  names: ['kubernetes'],
  networkDrivers: ['flannel', 'calico', 'cilium'],
  volumeDrivers: ['cinder'],
  drivers: [],
  connect: connectKubernetes,
  clientFiles,
  // Kubernetes' own group of administrators.
  adminSubject: { commonName: 'admin', organization: 'system:masters' },
  workloadOrigins: kubernetesOrigins,
};
