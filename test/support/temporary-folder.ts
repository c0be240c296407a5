import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives a run of the tests a folder of its own for temporary files, which goes with the run. A test file that is interrupted, or that
 * forgets its folders, would otherwise leave them on the machine: hundreds a day.
 */
export default function useTemporaryFolder(): () => void {
  const usual = process.env['TMPDIR'];
  const folder = mkdtempSync(join(tmpdir(), 'magnum-run-'));
  process.env['TMPDIR'] = folder;
  return () => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(folder, { recursive: true, force: true });
  };
}
