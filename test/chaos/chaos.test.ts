import { expect, test } from 'vitest';
import { withMariadbAndRabbitmq } from '../support/services.js';
import { runChaos } from './chaos.js';

/** `npm run chaos` strikes longer. */
const SECONDS = 30;
const SEED = Number(process.env['MAGNUM_TEST_SEED'] ?? Date.now() % 1_000_000);

await withMariadbAndRabbitmq('two APIs and three conductors under blows', (services) => {
  test(
    'nothing is lost, doubled, wrong or left, no read goes back, and no process dies by itself',
    { timeout: 600_000 },
    async () => {
      const log = (line: string): void => void process.stdout.write(`${line}\n`);
      const { faults, bays, reads, blows } = await runChaos({ ...services, log, seed: SEED, seconds: SECONDS, clients: 4 });
      log(
        `chaos: ${bays} bays, ${reads} reads, ${blows} blows; npm run chaos -- --seconds ${SECONDS} --seed ${SEED} strikes again`,
      );
      expect(faults, `seed ${SEED}`).toEqual([]);
      expect(Math.min(bays, blows, reads)).toBeGreaterThan(0);
    },
  );
});
