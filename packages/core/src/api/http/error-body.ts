import { MAX_VERSION, MIN_VERSION } from '@magnum-ts/openapi';
import { DomainError, type ErrorName } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import type { Vocabulary } from '../../domain/words.js';
import { UnsupportedVersion } from './microversion.js';

const INTERNAL =
  'An unexpected error occurred in this service. The request id in the header x-openstack-request-id helps to find it in the log.';

/** What is thrown becomes a kind; whatever is no kind is a fault of this service, and its words stay inside. */
export function asDomainError(error: unknown): DomainError {
  return error instanceof DomainError ? error : new DomainError('internal', { message: INTERNAL, cause: error });
}

/**
 * The header that names the kind of a refusal. The body's `code` is upstream's, `client` or `server`, on which no program can decide anything;
 * the kinds of the catalogue can be told apart without reading sentences.
 */
export const ERROR_HEADER = 'Magnum-Error';

/** As docs/contract/protocol.md#errors has it: the modern `errors` list for every era's routes; 401 has Keystone middleware's own shape. */
export function errorBody(error: DomainError, vocabulary: Vocabulary = 'bay'): JsonObject {
  const message = error.in(vocabulary);
  if (error.kind === 'unauthorized') return { error: { code: 401, title: 'Unauthorized', message } };
  // Many clients look for a message at the root alone: openstacksdk, hence Ansible, shows nothing else of the body.
  if (error instanceof UnsupportedVersion) return { message, errors: [unsupportedVersion(error)] };
  return {
    message,
    errors: [
      {
        request_id: '',
        code: codeOf(error),
        status: error.status,
        title: REASON_PHRASES[error.kind] ?? titleOf(message),
        detail: message,
        links: [],
      },
    ],
  };
}

/** Refusals that upstream's framework makes, not its handlers, carry HTTP's own words as their title. */
const REASON_PHRASES: Readonly<Partial<Record<ErrorName, string>>> = {
  'path-not-found': 'Not Found',
  'method-not-allowed': 'Method Not Allowed',
  'not-acceptable': 'Not Acceptable',
};

/** What was refused before an operation was found has no code: upstream's framework answers it, not its handlers. */
const WITHOUT_CODE: readonly ErrorName[] = ['path-not-found', 'method-not-allowed', 'not-acceptable'];

function codeOf({ kind, status }: DomainError): string {
  if (WITHOUT_CODE.includes(kind)) return '';
  return status >= 500 ? 'server' : 'client';
}

/** The text before the first full stop that ends a sentence: a version or an address keeps its dots. */
function titleOf(message: string): string {
  return /^(.*?)\.(?=\s|$)/s.exec(message)?.[1] ?? message;
}

function unsupportedVersion(error: UnsupportedVersion): JsonObject {
  return {
    max_version: MAX_VERSION,
    min_version: MIN_VERSION,
    code: 'magnum.microversion-unsupported',
    title: 'Requested microversion is unsupported',
    description: error.message,
    links: [{ rel: 'help', href: 'http://docs.openstack.org/api-guide/compute/microversions.html' }],
  };
}
