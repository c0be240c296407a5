import { systemClock } from '../../adapters/system/clock.js';
import { orchestratorContract } from '../../testing/contracts/orchestrator.js';
import { SimulatedBackend } from '../simulated.js';
import { ACCESS, aName, engineOver, openMigrated } from './engine.test-support.js';

orchestratorContract('the embedded engine', async () => {
  const db = await openMigrated(':memory:');
  const engine = engineOver(db, new SimulatedBackend(db), systemClock);
  await engine.start();
  return {
    orchestrator: engine,
    access: ACCESS,
    stackName: aName('contract'),
    patience: 10_000,
    close: async () => {
      await engine.stop();
      await db.destroy();
    },
  };
});
