/** Who asks, with tokens of the same Keystone: `bad` has one that Keystone does not know, `nobody` none. */
export const PERSONAS = ['owner', 'colleague', 'reader', 'stranger', 'admin', 'bad', 'nobody'] as const;
export type Persona = (typeof PERSONAS)[number];

/** One request, made to both servers. `{name}` in path and body stands for what an earlier answer of the same server has left. */
export interface Asked {
  /** What the lists of differences call it. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly as: Persona;
  /** The whole header `OpenStack-API-Version`; none without it. */
  readonly version: string | undefined;
  /** Text of the body. */
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Name for the `uuid` of the answer. */
  readonly keep: string | undefined;
  /** The answer for which what was asked before has to have happened: asked again until it comes. */
  readonly until: number | undefined;
}

interface Details {
  readonly as?: Persona;
  /** `1.9`, or a whole header where it has a space; `none` for no header. */
  readonly version?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keep?: string;
  readonly until?: number;
}

/** The newest version that both servers have. */
export const NEWEST = '1.10';

/** Requests of a group: their ids begin with its name. */
export function group(name: string, requests: readonly Asked[]): readonly Asked[] {
  return requests.map((asked) => ({ ...asked, id: `${name}: ${asked.id}` }));
}

export function ask(id: string, line: string, details: Details = {}): Asked {
  const [method = '', path = ''] = line.split(' ');
  const { version = NEWEST, body, text } = details;
  return {
    id,
    method,
    path,
    as: details.as ?? 'owner',
    version: version === 'none' ? undefined : /^[\d.]+$/.test(version) ? `container-infra ${version}` : version,
    body: text ?? (body === undefined ? undefined : JSON.stringify(body)),
    headers: {
      accept: 'application/json',
      ...(text === undefined && body === undefined ? {} : { 'content-type': 'application/json' }),
      ...details.headers,
    },
    keep: details.keep,
    until: details.until,
  };
}

/** A JSON patch of one operation. */
export function patch(op: string, path: string, value?: unknown): readonly unknown[] {
  return [{ op, path, ...(value === undefined ? {} : { value }) }];
}
