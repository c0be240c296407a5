import type { IncomingMessage } from 'node:http';
import type { HttpReply } from '@magnum-ts/core';

/** Fields that one request may have. */
export const MOST_HEADERS = 200;

/**
 * What Node's parser lets through and RFC 9112 does not: a second Host field, which a proxy before this server may have understood
 * otherwise than this server does; a request without headers, of HTTP/0.9; more fields than are read. Undefined: the request may go on.
 */
export function refusalOf({ rawHeaders, httpVersionMajor }: IncomingMessage): HttpReply | undefined {
  if (httpVersionMajor !== 1) return BAD_VERSION;
  // Names and values by turns.
  if (rawHeaders.length > 2 * MOST_HEADERS) return TOO_MANY;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (isHost(rawHeaders[index] ?? '')) hosts += 1;
  return hosts > 1 ? TWO_HOSTS : undefined;
}

/** Every request asks this for each of its fields: comparing lengths first rules most of them out. */
function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host';
}

export const BAD_REQUEST = refusal(400, 'Bad Request', 'The request line or a header cannot be read.');
const BAD_VERSION = refusal(
  400,
  'Bad Request',
  'The request line names no version of HTTP that is served here: HTTP/1.1 or HTTP/1.0.',
);
const TWO_HOSTS = refusal(400, 'Bad Request', 'The request has more than one Host header.');
const TOO_MANY = refusal(431, 'Request Header Fields Too Large', `The request has more than ${MOST_HEADERS} headers.`);

/** The connection ends: where the next request begins is not sure. */
function refusal(status: number, title: string, detail: string): HttpReply {
  const errors = [{ request_id: '', code: '', status, title, detail, links: [] }];
  return { status, headers: { 'Content-Type': 'application/json', Connection: 'close' }, body: JSON.stringify({ errors }) };
}
