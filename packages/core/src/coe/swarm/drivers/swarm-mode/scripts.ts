import { nodeScripts } from '../../../shared/node/scripts.js';

// Read from the sources also when compiled: the scripts are shipped as they are reviewed.
const FOLDER = new URL('../../../../../src/coe/swarm/drivers/swarm-mode/scripts/', import.meta.url);

/** Scripts of a swarm's nodes. */
export const SWARM_SCRIPTS = nodeScripts(FOLDER, ['close-metadata.sh', 'gateway.py']);
