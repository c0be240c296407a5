export interface Link {
  readonly href: string;
  readonly rel: string;
  readonly [extra: string]: string;
}

/** `self` and `bookmark` of a resource: docs/contract/protocol.md#links. */
export function resourceLinks(baseUrl: string, collection: string, id: string): readonly [Link, Link] {
  return [
    { href: `${baseUrl}/v1/${collection}/${id}`, rel: 'self' },
    { href: `${baseUrl}/${collection}/${id}`, rel: 'bookmark' },
  ];
}

export function locationOf(baseUrl: string, collection: string, id: string): string {
  return `${baseUrl}/v1/${collection}/${id}`;
}

/** ISO 8601 with offset, no fraction: docs/contract/protocol.md#field-values. */
export function wireTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}+00:00`;
}

export function wireTimeOrNull(time: Date | null): string | null {
  return time && wireTime(time);
}
