import type { OperationId } from '@magnum-ts/openapi';
import { bayHandlers } from './bays.js';
import { bayModelHandlers } from './bay-models.js';
import { clusterTemplateHandlers } from './cluster-templates.js';
import { clusterHandlers } from './clusters.js';
import { certificateHandlers } from './certificates.js';
import { addonHandlers } from './addons.js';
import { credentialHandlers } from './credentials.js';
import { containerHandlers } from './containers.js';
import { federationHandlers } from './federations.js';
import { driverHandlers } from './drivers.js';
import type { Handler } from './http/handler.js';
import { magnumServiceHandlers } from './magnum-services.js';
import { kubernetesHandlers } from './manifests.js';
import { nodeHandlers } from './nodes.js';
import { clusterActionHandlers } from './cluster-actions.js';
import { nodeGroupHandlers } from './node-groups.js';
import { quotaHandlers } from './quotas.js';
import { statsHandlers } from './stats.js';
import { x509KeyPairHandlers } from './x509-key-pairs.js';
import { versionHandlers } from './versions.js';

/** One handler for every operation of the spec: a missing one does not compile, nor does one that the spec has not. */
export const handlers: { readonly [Id in OperationId]: Handler } = {
  ...versionHandlers,
  ...bayModelHandlers,
  ...bayHandlers,
  ...clusterTemplateHandlers,
  ...clusterHandlers,
  ...driverHandlers,
  ...nodeHandlers,
  ...containerHandlers,
  ...kubernetesHandlers,
  ...certificateHandlers,
  ...addonHandlers,
  ...credentialHandlers,
  ...clusterActionHandlers,
  ...nodeGroupHandlers,
  ...quotaHandlers,
  ...statsHandlers,
  ...federationHandlers,
  ...x509KeyPairHandlers,
  ...magnumServiceHandlers,
};
