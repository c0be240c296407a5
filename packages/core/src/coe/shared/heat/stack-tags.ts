import type { StackSighting } from '../../../domain/observation.js';
import type { DesiredBay } from '../../../ports/bay-driver.js';
import type { StackSnapshot } from '../../../ports/orchestrator.js';

const GENERATION_TAG = 'magnum-generation:';
const BATCH_TAG = 'magnum-upgrade-batch:';
/** The name that earlier releases wrote: an upgrade that began under one of them continues. */
const OLD_BATCH_TAG = 'magnum-stride:';

/** Tags that tie a stack to its bay and say which desired state it was last given. */
export function stackTags(desired: DesiredBay): readonly string[] {
  return [
    'magnum',
    `magnum-bay:${desired.bay.id}`,
    `${GENERATION_TAG}${desired.bay.generation}`,
    ...(desired.batch ? [`${BATCH_TAG}${desired.batch}`] : []),
  ];
}

type Applied = Pick<Extract<StackSighting, { kind: 'present' }>, 'appliedGeneration' | 'appliedBatch'>;

/** The desired state that the stack was last given, by its tags; 0 where a tag is missing or is no number. */
export function appliedIn(stack: StackSnapshot): Applied {
  return {
    appliedGeneration: numberAfter(stack, GENERATION_TAG),
    appliedBatch: numberAfter(stack, BATCH_TAG) || numberAfter(stack, OLD_BATCH_TAG),
  };
}

function numberAfter(stack: StackSnapshot, prefix: string): number {
  const number = Number(stack.tags.find((text) => text.startsWith(prefix))?.slice(prefix.length));
  return Number.isSafeInteger(number) ? number : 0;
}
