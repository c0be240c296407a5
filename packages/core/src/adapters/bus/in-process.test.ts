import { busContract } from '../../testing/contracts/bus.js';
import { inProcessBus } from './in-process.js';

busContract('in process', async () => {
  const bus = inProcessBus();
  return { caller: bus, answerer: bus, close: async () => undefined };
});
