import { nodeScripts } from '../../../shared/node/scripts.js';

// Read from the sources also when compiled: the scripts are shipped as they are reviewed.
const FOLDER = new URL('../../../../../src/coe/kubernetes/drivers/kubeadm/scripts/', import.meta.url);

/** Scripts of a Kubernetes bay's nodes. */
export const KUBEADM_SCRIPTS = nodeScripts(FOLDER, ['take-secrets.sh']);
