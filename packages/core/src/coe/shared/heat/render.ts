import type { Steps } from '../../../concurrency/long-work.js';
import { stackNameOf } from '../../../domain/ids.js';
import type { RenderInput } from '../../../ports/bay-driver.js';
import type { StackSpec } from '../../../ports/orchestrator.js';
import type { DriverShape } from '../driver-shape.js';
import { settingsOf } from '../node/settings.js';
import { rootTemplate, stackFiles, stackShards } from './cluster-stack.js';
import type { NamedShard } from './named-shard.js';
import { stackTags } from './stack-tags.js';
import { templateDocument } from './template.js';

/** Renders a bay's stack. Shards are most of the work, so each is a step: a process can answer requests between two of them. */
export function* renderStack(shape: DriverShape, input: RenderInput): Steps<StackSpec> {
  const settings = settingsOf(shape, input);
  yield;
  const shards: NamedShard[] = [];
  for (const shard of stackShards(settings)) {
    shards.push(shard);
    yield;
  }
  return {
    name: stackNameOf(input.bay),
    template: templateDocument(rootTemplate(settings, shards)),
    files: stackFiles(settings, shards),
    parameters: { enrolment_tokens: input.delegation.enrolmentTokens },
    timeoutMinutes: input.bay.desired.createTimeout,
    rollbackOnFailure: input.rollbackOnFailure,
    tags: stackTags(input),
  };
}
