import { expect, test } from 'vitest';
import { keyPairUse } from './bay-secrets.js';
import { ROTATION_PHASES, type Rotation } from './rotation.js';

const at = (phase: Rotation['phase']): Rotation => ({ generation: 2, phase, since: 0 });

test('a key pair that no rotation has replaced is alone', () => {
  expect(keyPairUse({ caGeneration: 0, rotation: null })).toEqual([0]);
});

test('the pair before signs until nodes get new certificates, and is verified until the rotation after', () => {
  const uses = ROTATION_PHASES.map((phase) => keyPairUse({ caGeneration: 1, rotation: at(phase) }));
  expect(uses).toEqual([
    [1, 2],
    [1, 2],
    [2, 1],
    [2, 1],
  ]);
  // Nothing changes at the end of a rotation, or the API servers would start again for nothing.
  expect(keyPairUse({ caGeneration: 2, rotation: null })).toEqual([2, 1]);
});
