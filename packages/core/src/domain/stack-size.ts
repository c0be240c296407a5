import { lastStep, type Steps } from '../concurrency/long-work.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { Secret } from './secret.js';

/** A stack as it would be sent, as far as its size goes. */
export interface SizedStack {
  readonly template: JsonObject;
  readonly files: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, JsonValue | Secret>>;
}

/** Bounds of an orchestrator: see its port. */
export interface SizeLimits {
  readonly templateBytes: number | null;
  readonly requestBytes: number | null;
  readonly resources: number | null;
  readonly depth: number | null;
}

/** For the name and the tags, which are sent along and are short. */
const ENVELOPE_BYTES = 4_096;

/** The first limit that the stack would pass, in a sentence with both numbers; undefined where it fits. */
export function stackProblem(stack: SizedStack, limits: SizeLimits): string | undefined {
  return lastStep(stackProblemInSteps(stack, limits));
}

/** The same, cut into steps. */
export function* stackProblemInSteps(
  { template, files, parameters = {} }: SizedStack,
  limits: SizeLimits,
): Steps<string | undefined> {
  const over = (size: number, most: number | null): boolean => most !== null && size > most;
  const root = JSON.stringify(template);
  const templates: readonly (readonly [string, number])[] = [
    ['template', bytes(root)],
    ...Object.entries(files).flatMap(([name, text]) =>
      name.endsWith('.yaml') ? [[`template ${name}`, bytes(text)] as const] : [],
    ),
  ];
  const large = templates.find(([, size]) => over(size, limits.templateBytes));
  if (large)
    return `The ${large[0]} of the stack would have ${large[1]} bytes; the orchestrator takes ${limits.templateBytes} (max_template_size).`;
  yield;
  const request = bytes(root) + bytes(JSON.stringify(files)) + parameterBytes(parameters) + ENVELOPE_BYTES;
  if (over(request, limits.requestBytes))
    return `The stack would have ${request} bytes; the orchestrator takes ${limits.requestBytes} (max_json_body_size).`;
  if (limits.resources === null && limits.depth === null) return undefined;
  yield;
  const counter = new Counter(files);
  for (const type of Object.keys(files)) {
    counter.of(type);
    yield;
  }
  const { resources, depth } = counter.under(template);
  if (over(resources, limits.resources))
    return `The stack would have ${resources} resources; the orchestrator takes ${limits.resources} (max_resources_per_stack).`;
  if (over(depth, limits.depth))
    return `The stack would be nested ${depth} deep; the orchestrator takes ${limits.depth} (max_nested_stack_depth).`;
  return undefined;
}

/** As they are sent: the tokens of a thousand nodes are 60 kB, and a text of JSON within JSON has its quotes escaped. */
function parameterBytes(parameters: NonNullable<SizedStack['parameters']>): number {
  const sent = Object.entries(parameters).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]);
  return bytes(JSON.stringify(Object.fromEntries(sent)));
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

interface Extent {
  readonly resources: number;
  /** Nested stacks below: 0 where there is none. */
  readonly depth: number;
}

/** Counts as Heat does: a resource that is a nested stack is one, and what is in it counts, too. */
class Counter {
  readonly #files: SizedStack['files'];
  readonly #known = new Map<string, Extent>();

  constructor(files: SizedStack['files']) {
    this.#files = files;
  }

  under(template: JsonObject): Extent {
    const own = template['resources'];
    const types = isJsonObject(own) ? Object.values(own).map((one) => (isJsonObject(one) ? String(one['type']) : '')) : [];
    let [resources, depth] = [0, 0];
    for (const type of types) {
      const nested = this.of(type);
      resources += 1 + (nested?.resources ?? 0);
      if (nested) depth = Math.max(depth, nested.depth + 1);
    }
    return { resources, depth };
  }

  /** What a resource of this type holds; undefined where it is no template. */
  of(type: string): Extent | undefined {
    const known = this.#known.get(type);
    if (known || !Object.hasOwn(this.#files, type)) return known;
    // A template that held itself would never end; drivers make none.
    this.#known.set(type, { resources: 0, depth: 0 });
    const nested = templateIn(this.#files[type] ?? '');
    const extent = nested ? this.under(nested) : undefined;
    if (extent) this.#known.set(type, extent);
    else this.#known.delete(type);
    return extent;
  }
}

/** Drivers write templates as JSON. */
function templateIn(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as JsonObject) : undefined; // JSON.parse gives JSON
  } catch {
    return undefined;
  }
}
