import { nodeScripts } from '../../../shared/node/scripts.js';

// Read from the sources also when compiled: the scripts are shipped as they are reviewed.
const FOLDER = new URL('../../../../../src/coe/mesos/drivers/mesos/scripts/', import.meta.url);

/** Scripts of the nodes of Mesos. */
export const MESOS_SCRIPTS = nodeScripts(FOLDER, ['close-metadata.sh', 'gateway.py', 'take-secrets.sh']);
