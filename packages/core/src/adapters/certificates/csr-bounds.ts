/**
 * Counts what a signing request holds before anything decodes it. The X.509 library makes an object of every name and every
 * element, which takes a second for 16 kB of the smallest ones; reading tags and lengths of the same bytes takes microseconds.
 * Bytes that are no DER are left to the library, which refuses them with its own words.
 */
export const MOST_RDNS = 50;
export const MOST_ALTERNATIVE_NAMES = 100;
/** Elements at every level: a request with the most names that are allowed has some 500. */
const MOST_ELEMENTS = 1_500;
const DEEPEST = 24;

const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');

/** Why the request is not to be decoded; undefined where nothing speaks against it. */
export function csrProblem(pem: string): string | undefined {
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const counter = { left: MOST_ELEMENTS };
  if (!isBounded(bytes, 0, counter)) return `it holds more than ${MOST_ELEMENTS} elements, or nests them deeper than ${DEEPEST}`;
  const rdns = childrenOf(subjectOf(bytes)).length;
  if (rdns > MOST_RDNS) return `its subject holds ${rdns} names; at most ${MOST_RDNS} are taken`;
  const names = alternativeNames(bytes);
  if (names > MOST_ALTERNATIVE_NAMES) return `subjectAltName holds ${names} names; at most ${MOST_ALTERNATIVE_NAMES} are taken`;
  return undefined;
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** The element at a place; undefined where there is none, or its length is not within what is there. */
function elementAt(bytes: Buffer, at: number): Element | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const width = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || width > 4 || at + 2 + width > bytes.length) return undefined;
  const length = width === 0 ? first : bytes.readUIntBE(at + 2, width);
  const start = at + 2 + width;
  if (start + length > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, start + length), end: start + length };
}

function childrenOf(bytes: Buffer | undefined): readonly Element[] {
  const children: Element[] = [];
  for (let at = 0; bytes && at < bytes.length;) {
    const child = elementAt(bytes, at);
    if (!child) break;
    children.push(child);
    at = child.end;
  }
  return children;
}

const CONSTRUCTED = 0x20;

function isBounded(bytes: Buffer, depth: number, counter: { left: number }): boolean {
  if (depth > DEEPEST) return false;
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    if (!element) return true;
    if ((counter.left -= 1) < 0) return false;
    if ((element.tag & CONSTRUCTED) !== 0 && !isBounded(element.content, depth + 1, counter)) return false;
    at = element.end;
  }
  return true;
}

/** RFC 2986: CertificationRequest { info { version, subject, … }, … }. */
function subjectOf(bytes: Buffer): Buffer | undefined {
  const info = childrenOf(elementAt(bytes, 0)?.content)[0];
  return childrenOf(info?.content)[1]?.content;
}

/** RFC 5280, 4.2.1.6: the extension's value is an octet string that holds a sequence of names. */
function alternativeNames(bytes: Buffer): number {
  const at = bytes.indexOf(SUBJECT_ALT_NAME);
  if (at < 0) return 0;
  const next = elementAt(bytes, at + SUBJECT_ALT_NAME.length);
  const value = next?.tag === 0x01 ? elementAt(bytes, at + SUBJECT_ALT_NAME.length + (next.content.length + 2)) : next;
  return value?.tag === 0x04 ? childrenOf(elementAt(value.content, 0)?.content).length : 0;
}
