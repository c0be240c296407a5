import {
  actOnContainer,
  containerLogs,
  createContainer,
  deleteContainer,
  executeInContainer,
  getContainer,
  listContainers,
  updateContainer,
  type ContainerView,
} from '../app/containers.js';
import { findContainer } from '../app/find.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import type { Container } from '../domain/container.js';
import type { ContainerAction } from '../ports/bus.js';
import { bodyOf, mapField, textField, wireJson, type Wire } from './http/fields.js';
import type { Answer, Call, Handler } from './http/handler.js';
import { locationOf, resourceLinks, wireTime, wireTimeOrNull } from './http/links.js';
import { listAnswer } from './http/pages.js';
import { pageOf } from './http/pagination.js';
import { changedFields, patchResource } from './http/patch.js';

const COLLECTION = 'containers';

const list =
  (path: string, detail: boolean): Handler =>
  async (deps, call) => {
    const bay = typeof call.query['bay_ident'] === 'string' ? call.query['bay_ident'] : undefined;
    const findMarker = (marker: string): Promise<unknown> =>
      findContainer(deps, { ...call.access, action: 'container:get' }, marker);
    const page = await pageOf(deps, call, findMarker);
    return listAnswer(
      call,
      page,
      { name: COLLECTION, path, extraQuery: { bay_ident: bay } },
      {
        read: (portion) => listContainers(deps, call.access, bay, portion, call.signal()),
        write: (view) => (detail ? presentContainer(call, view) : presentSummary(call, view)),
        findMarker,
      },
    );
  };

/** The answer is the JSON of Docker's result, which is null (docs/contract/endpoints.md#containers). */
const act =
  (action: ContainerAction): Handler =>
  async (deps, call) => {
    await actOnContainer(deps, call.access, identOf(call), action, call.signal());
    return { body: null };
  };

export const containerHandlers = {
  listContainers: list(COLLECTION, false),
  listContainersDetail: list(`${COLLECTION}/detail`, true),
  getContainer: async (deps, call) => ({
    body: presentContainer(call, await getContainer(deps, call.access, identOf(call), call.signal())),
  }),
  createContainer: async (deps, call): Promise<Answer> => {
    const body = bodyOf(call);
    const view = await createContainer(
      deps,
      call.access,
      {
        bay: textField(body, 'bay_uuid') ?? '',
        name: textField(body, 'name'),
        image: imageOf(body),
        command: textField(body, 'command'),
        memory: textField(body, 'memory'),
        environment: mapField(body, 'environment') ?? {},
      },
      call.signal(),
    );
    return { body: presentContainer(call, view), location: locationOf(call.baseUrl, COLLECTION, view.container.id) };
  },
  updateContainer: async (deps, call) => {
    const change = (container: Container): Container => changedContainer(call, container);
    return { body: presentContainer(call, await updateContainer(deps, call.access, identOf(call), change)) };
  },
  deleteContainer: async (deps, call) => {
    await deleteContainer(deps, call.access, identOf(call), call.signal());
    return {};
  },
  startContainer: act('start'),
  stopContainer: act('stop'),
  rebootContainer: act('reboot'),
  pauseContainer: act('pause'),
  unpauseContainer: act('unpause'),
  getContainerLogs: async (deps, call) => ({
    body: { output: (await containerLogs(deps, call.access, identOf(call), call.signal())).output },
  }),
  executeContainer: async (deps, call) => {
    const command = String(call.query['command'] ?? '');
    return { body: { output: (await executeInContainer(deps, call.access, identOf(call), command, call.signal())).output } };
  },
} satisfies Record<string, Handler>;

/** Kilo's clients call it `image_id`. */
function imageOf(body: JsonObject): string {
  const image = textField(body, 'image') ?? textField(body, 'image_id');
  if (image !== null) return image;
  throw new DomainError('invalid-parameter', {
    field: 'image',
    message: 'Invalid input for field/attribute image: mandatory field missing.',
  });
}

function identOf(call: Call): string {
  return call.params['container_ident'] ?? '';
}

const CHANGEABLE: ReadonlySet<string> = new Set(['name', 'image', 'command', 'memory', 'environment']);

function changedContainer(call: Call, container: Container): Container {
  const before = presentContainer(call, { container, node: null, reason: null });
  const after = patchResource('Container', before, call);
  const refused = changedFields(before, after).filter((name) => !CHANGEABLE.has(name));
  if (refused.length > 0) {
    throw new DomainError('invalid-parameter', {
      field: refused[0] ?? '',
      message: `Cannot change container property ${refused.join(', ')}.`,
    });
  }
  return {
    ...container,
    name: textField(after, 'name'),
    image: textField(after, 'image') ?? container.image,
    command: textField(after, 'command'),
    memory: textField(after, 'memory'),
    environment: mapField(after, 'environment') ?? {},
  };
}

function presentContainer(call: Call, view: ContainerView): Wire<'Container'> {
  const { container } = view;
  return wireJson<'Container'>({
    uuid: container.id,
    name: container.name,
    bay_uuid: container.bayId,
    image: container.image,
    command: container.command,
    status: container.status,
    status_reason: view.reason,
    memory: container.memory,
    environment: { ...container.environment },
    node: view.node,
    links: [...resourceLinks(call.baseUrl, COLLECTION, container.id)],
    created_at: wireTime(container.createdAt),
    updated_at: wireTimeOrNull(container.updatedAt),
  });
}

const DETAIL_ONLY: ReadonlySet<string> = new Set(['status_reason', 'node', 'created_at', 'updated_at']);

function presentSummary(call: Call, view: ContainerView): JsonObject & { readonly uuid: string } {
  const full = presentContainer(call, view);
  return { ...Object.fromEntries(Object.entries(full).filter(([name]) => !DETAIL_ONLY.has(name))), uuid: full.uuid };
}
