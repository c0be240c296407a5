/**
 * The paths of calls.
 *
 * A name or id becomes a part of an address, and an address has a grammar of its own: `..` leads to the parent, so that the deletion of a node
 * group named `..` would delete its cluster; an empty part leads to the collection; and `detail` is a list. Therefore every call of this library
 * has its path built here, from a template of the spec, and a value that could address anything but the resource of that name is refused before
 * anything is sent. A resource whose name is refused can still be addressed by its UUID.
 */
import { MagnumError } from './errors.js';

/** Texts that are a part of a path on their own, before or after a proxy has decoded them: `.`, `..`, `%2e%2E`. */
const DOTS = /^(?:\.|%2e){1,2}$/i;
const LONGEST_SHOWN = 60;

/**
 * Checks one name or id that becomes a part of a path. `parameter` is its name in the error: `nodegroup_ident`.
 * @throws {MagnumError} (`invalid-parameter`) for what is no text, is blank, is `detail`, or has a part that is empty, `.` or `..` between slashes
 * @example
 * const name = checkPathPart('bay_ident', process.argv[2]);
 */
export function checkPathPart(parameter: string, value: unknown): string {
  if (typeof value !== 'string')
    throw refused(parameter, `must be a text (a name or id), not ${value === null ? 'null' : typeof value}`);
  if (value.trim() === '') throw refused(parameter, 'is empty; give a name or id');
  const shown = JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
  const hasEmptyPart = /(^|[/\\])\s*([/\\]|$)/.test(value);
  if (hasEmptyPart || value.split(/[/\\]/).some((part) => DOTS.test(part.trim())))
    throw refused(parameter, `${shown} would address another resource; give its name or UUID`);
  if (value === 'detail') throw refused(parameter, `${shown} is the address of a list; give the UUID of a resource of that name`);
  if (!isWellFormed(value)) throw refused(parameter, 'has half of a surrogate pair, which no address can have');
  return value;
}

/** Fills the placeholders of a template of the spec, such as `/v1/bays/{bay_ident}`. Throws MagnumError (`invalid-parameter`). */
export function fillPath(template: string, values: Readonly<Record<string, unknown>> = {}): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(checkPathPart(name, values[name])));
}

/** Checks a path that the caller has put together: it must begin with `/`, and be the path that is sent. */
export function checkRawPath(path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw refused('path', `must be a text that begins with /, such as /v1/bays, not ${JSON.stringify(path) ?? typeof path}`);
  const parts = path === '/' ? [] : path.slice(1).replace(/\/$/, '').split('/');
  // The URL parser removes tabs and line ends, takes a backslash for a slash, and ends the path at ? and #. Braces are a placeholder without `params`.
  const isChanged = /[\\?#{}]/.test(path) || [...path].some((character) => character <= ' ');
  if (isChanged || parts.some((part) => part === '' || DOTS.test(part)))
    throw refused(
      'path',
      `${JSON.stringify(path)} would be sent as another one; encode each part, and give parameters in \`params\` and \`query\``,
    );
  return path;
}

function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDFFF]/u.test(text);
}

function refused(parameter: string, message: string): MagnumError {
  return new MagnumError(`${parameter} ${message}`, 'invalid-parameter');
}
