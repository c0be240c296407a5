export interface DockerCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Members that are undefined are left out; objects are sent as JSON. */
  readonly query?: object;
  readonly body?: DockerBody;
}

export interface DockerBody {
  readonly type: string;
  readonly content: string | Buffer | NodeJS.ReadableStream;
}

export function jsonOf(value: unknown): DockerBody {
  return { type: 'application/json', content: JSON.stringify(value) };
}

export function tarOf(content: Buffer | NodeJS.ReadableStream): DockerBody {
  return { type: 'application/x-tar', content };
}

/** The engine has answered with a status that is no success. */
export class DockerRefusal extends Error {
  constructor(
    readonly statusCode: number,
    readonly json: unknown,
    words: string,
  ) {
    super(words === '' ? `HTTP status ${statusCode}` : words);
    this.name = 'DockerRefusal';
  }
}

const MOST_WORDS = 1_000;

export function refusalOf(status: number, bytes: Buffer): DockerRefusal {
  const json = parseJson(bytes);
  return new DockerRefusal(status, json, json === undefined ? bytes.toString('utf8', 0, MOST_WORDS) : '');
}

/** Undefined for what is not JSON. */
export function parseJson(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    return undefined;
  }
}

/** The query with its question mark; empty where it has no members. */
export function queryOf(query: object): string {
  const pairs = Object.entries(query).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
