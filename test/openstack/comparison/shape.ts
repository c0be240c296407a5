import type { Reply } from './side.js';

/** What is compared of an answer: a value for each place, `header vary`, `body.clusters[0].name`. */
export type Shape = ReadonlyMap<string, string>;

const HEADERS = [
  'openstack-api-version',
  'openstack-api-minimum-version',
  'openstack-api-maximum-version',
  'vary',
  'content-type',
  'x-openstack-request-id',
  'www-authenticate',
  'retry-after',
  'allow',
  'location',
];

/** Fields that tell what became of a cluster in its cloud: when and how depends on more than the API. So do its faults. */
const OF_THE_MOMENT =
  /\.(status|status_reason|stack_id|api_address|node_addresses|master_addresses|health_status|health_status_reason|coe_version|container_version|discovery_url|updated_at|report_count|host)$/;

export function shapeOf(reply: Reply, url: string): Shape {
  const shape = new Map<string, string>([['status', String(reply.status)]]);
  for (const name of HEADERS) {
    const value = reply.headers[name];
    if (value !== undefined) shape.set(`header ${name}`, headerText(name, value, url));
  }
  const body = parsed(reply.text);
  walk(shape, 'body', body, reply.status < 400 ? (text) => plainText(text, url) : errorText);
  return shape;
}

/**
 * Places at which two answers differ; `absent` where one has nothing there. Where one lets the request through and the other does not,
 * that is the difference, and what else the answers say follows from it.
 */
export function differences(reference: Shape, ours: Shape): readonly Difference[] {
  const places =
    hasSucceeded(reference) === hasSucceeded(ours) ? [...new Set([...reference.keys(), ...ours.keys()])] : ['status'];
  return places.flatMap((at) => {
    const [theirs, own] = [reference.get(at) ?? 'absent', ours.get(at) ?? 'absent'];
    return theirs === own || isWithinAbsent(at, reference, ours) ? [] : [{ at, reference: theirs, ours: own }];
  });
}

function hasSucceeded(shape: Shape): boolean {
  return /^[23]/.test(shape.get('status') ?? '');
}

export interface Difference {
  readonly at: string;
  readonly reference: string;
  readonly ours: string;
}

/** What stands in a part that one side has not at all is told once, at its top. */
function isWithinAbsent(at: string, reference: Shape, ours: Shape): boolean {
  const parts = at.split(/(?=[.[])/);
  for (let length = 1; length < parts.length; length += 1) {
    const above = parts.slice(0, length).join('');
    if (reference.get(above) !== ours.get(above)) return true;
  }
  return false;
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return `not JSON: ${text.trim()}`;
  }
}

function walk(shape: Map<string, string>, at: string, value: unknown, said: (text: string) => string): void {
  if (/\.(bay_)?faults$/.test(at)) return;
  if (OF_THE_MOMENT.test(at)) shape.set(at, 'of the moment');
  else if (/\.id$/.test(at) && typeof value === 'number') shape.set(at, 'a number');
  else if (Array.isArray(value)) {
    shape.set(at, `list of ${value.length}`);
    value.forEach((item, index) => walk(shape, `${at}[${index}]`, item, said));
  } else if (typeof value === 'object' && value !== null) {
    shape.set(at, 'object');
    for (const [key, item] of Object.entries(value)) walk(shape, `${at}.${key}`, item, said);
  } else if (typeof value === 'string') shape.set(at, said(value));
  // The body says the status once more.
  else if (String(value) === shape.get('status')) shape.set(at, 'the status');
  else shape.set(at, value === undefined ? 'nothing' : String(value));
}

/** Sentences are each server's own; what its codes, links and emptiness say is compared. */
function errorText(text: string): string {
  if (text === '' || /^(client|server|[a-z]+\.[a-z-]+|\d+\.\d+|help|https?:\S+|Unauthorized)$/.test(text)) return `"${text}"`;
  return text.startsWith('not JSON') ? 'not JSON' : 'a sentence';
}

function plainText(text: string, url: string): string {
  const told = text
    .replaceAll(url, '<base>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<id>')
    .replaceAll(/marker=\d+/g, 'marker=<number>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00/g, '<time>')
    .replaceAll(/-----BEGIN ([A-Z ]+)-----.*-----END [A-Z ]+-----/gs, '<$1>')
    .replaceAll(/\b[a-z]+-\d+-(cluster|template|bay|baymodel|federation)\b/g, '<made up>-$1');
  return `"${told}"`;
}

function headerText(name: string, value: string, url: string): string {
  if (name === 'x-openstack-request-id') return /^req-[0-9a-f-]{36}$/.test(value) ? '<request id>' : value;
  if (name === 'allow') return value.split(/, ?/).sort().join(', ');
  if (name === 'content-type') return value.toLowerCase().replaceAll(' ', '');
  return plainText(value, url).slice(1, -1);
}
