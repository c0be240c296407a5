import type { StackName } from '../../domain/ids.js';
import type { StackResource, StackSnapshot } from '../../ports/orchestrator.js';
import type { Model } from './model.js';

/** A stack as the port shows it: resources flattened from the root down, in the order in which they are made. */
export function snapshotOf(model: Model): StackSnapshot {
  const { stack } = model;
  return {
    id: stack.id,
    // Stack names come from StackSpecs, where they are StackNames.
    name: stack.name as StackName,
    action: stack.action,
    state: stack.state,
    reason: stack.reason,
    tags: stack.tags,
    outputs: model.outputs(model.root, ''),
    resources: resourcesUnder(model, ''),
  };
}

function resourcesUnder(model: Model, parentId: string): readonly StackResource[] {
  return model.tree
    .children(parentId)
    .filter((row) => !row.superseded)
    .flatMap((row) => [
      {
        path: row.path,
        type: row.type,
        physicalId: row.action === 'INIT' ? null : row.id,
        action: row.action,
        state: row.state,
        reason: row.reason,
      },
      ...resourcesUnder(model, row.id),
    ]);
}
