import type { components } from '@magnum-ts/openapi/openstack/orchestration';
import type { StackEvent, StackResource } from '../../ports/orchestrator.js';
import { resourceStatus, stackIdIn } from './heat-words.js';

export type HeatEvent = components['schemas']['Event'];

/** Events within a second are distinguished by their place in it: Heat's clock shows seconds, and its ids have no order. */
const IN_A_SECOND = 10_000;

export function secondOf(event: HeatEvent): number {
  return Math.floor(new Date(event.event_time).getTime() / 1_000);
}

/** The second that an id of ours lies in. */
export function secondOfId(id: number): number {
  return Math.floor(id / IN_A_SECOND);
}

/** `newestFirst` holds every event from the second of `after` on: the place of each within its second is then known. */
export function storyOf(
  newestFirst: readonly HeatEvent[],
  task: {
    readonly stackId: string;
    readonly after: number;
    readonly limit: number;
    readonly resources: readonly StackResource[];
  },
): readonly StackEvent[] {
  const paths = pathsOf(newestFirst, task);
  const types = new Map(task.resources.map((resource) => [resource.path.join('/'), resource.type]));
  const places = new Map<number, number>();
  const story = newestFirst.toReversed().flatMap((event): readonly StackEvent[] => {
    const second = secondOf(event);
    const place = (places.get(second) ?? 0) + 1;
    places.set(second, place);
    const path = paths.get(event);
    if (!path) return [];
    return [
      {
        id: second * IN_A_SECOND + place,
        at: new Date(event.event_time),
        path,
        type: path.length === 0 ? 'OS::Heat::Stack' : (types.get(path.join('/')) ?? ''),
        physicalId: event.physical_resource_id || null,
        ...eventStatus(event.resource_status),
        reason: event.resource_status_reason ?? '',
      },
    ];
  });
  return story.filter((event) => event.id > task.after).slice(0, task.limit);
}

function eventStatus(text: string): Pick<StackEvent, 'action' | 'state'> {
  return text.startsWith('SIGNAL_') ? { ...resourceStatus(text), action: 'SIGNAL' } : resourceStatus(text);
}

/** Paths from the root down. What a nested stack says of itself is left out: the resource that holds it says the same. */
function pathsOf(
  events: readonly HeatEvent[],
  { stackId, resources }: { readonly stackId: string; readonly resources: readonly StackResource[] },
): ReadonlyMap<HeatEvent, readonly string[]> {
  const stacks = new Map<string, readonly string[]>([[stackId, []]]);
  for (const resource of resources) if (resource.physicalId) stacks.set(resource.physicalId, resource.path);
  // A nested stack that is gone is known from the events of its holder, which is at most as deep as the stacks known so far.
  for (let deeper = 0; deeper < 5; deeper += 1) {
    for (const event of events) {
      const base = stacks.get(stackIdIn(event.links) ?? '');
      const physical = event.physical_resource_id;
      if (base && physical && !stacks.has(physical)) stacks.set(physical, [...base, event.resource_name]);
    }
  }
  return new Map(
    events.flatMap((event): [HeatEvent, readonly string[]][] => {
      const own = stackIdIn(event.links) ?? '';
      if (event.physical_resource_id === own) return own === stackId ? [[event, []]] : [];
      return [[event, [...(stacks.get(own) ?? []), event.resource_name]]];
    }),
  );
}
