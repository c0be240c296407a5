import type { Coe } from '../../ports/bay-driver.js';
import { connectSwarm } from './session/session.js';
import { clientFiles } from './client-files.js';
import { swarmMode } from './drivers/swarm-mode/driver.js';

/** Docker Swarm. `swarm` and `swarm-mode` are two names of one engine. */
export const swarm: Coe = {
  names: ['swarm', 'swarm-mode'],
  networkDrivers: ['docker', 'flannel'],
  volumeDrivers: ['rexray'],
  drivers: [swarmMode],
  connect: connectSwarm,
  clientFiles,
  // Docker grants all rights to every certificate of the bay's authority; this is the subject that the OpenStack client asks for.
  adminSubject: { commonName: 'admin', organization: 'system:masters' },
};
