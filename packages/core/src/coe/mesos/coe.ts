import type { Coe } from '../../ports/bay-driver.js';
import { clientFiles } from './client-files.js';
import { mesosDriver } from './drivers/mesos/driver.js';
import { connectMesos } from './session/session.js';

/** Apache Mesos: sessions with running clusters, and files for their clients. */
export const mesos: Coe = {
  names: ['mesos'],
  networkDrivers: ['docker'],
  volumeDrivers: ['rexray'],
  drivers: [mesosDriver],
  connect: (input) => connectMesos(input),
  clientFiles,
  // The gateway admits every client certificate of the bay's authority; this is the subject that the OpenStack client asks for.
  adminSubject: { commonName: 'admin', organization: 'system:masters' },
};
