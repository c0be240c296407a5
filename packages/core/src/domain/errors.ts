import { said, type Sentence, type Vocabulary } from './words.js';

/**
 * The catalogue of everything that can go wrong on purpose. Code throws kinds; edges translate them once.
 * `retry`: `never` (the same call fails again), `later` (transient), `after-change` (a person must act first).
 * Statuses: docs/contract/protocol.md#statuses.
 */
interface ErrorKind {
  readonly status: number;
  readonly retry: 'never' | 'later' | 'after-change';
}

const never = (status: number): ErrorKind => ({ status, retry: 'never' });
const later = (status: number): ErrorKind => ({ status, retry: 'later' });
const afterChange = (status: number): ErrorKind => ({ status, retry: 'after-change' });

export const ERROR_KINDS = {
  'invalid-parameter': never(400),
  'invalid-body': never(400),
  'invalid-patch': never(400),
  'invalid-csr': never(400),
  'invalid-version': never(400),
  'certificate-refused': never(400),
  'bay-model-referenced': afterChange(400),
  'bay-type-not-supported': never(400),
  'driver-not-supported': never(400),
  'not-supported': afterChange(400),
  'operation-in-progress': later(400),
  'image-not-found': never(400),
  'flavor-not-found': never(400),
  'network-not-found': never(400),
  unauthorized: never(401),
  forbidden: never(403),
  'quota-exceeded': afterChange(403),
  'not-found': never(404),
  /** No operation has the path. */
  'path-not-found': never(404),
  'bay-model-not-found': never(404),
  'bay-not-found': never(404),
  'node-not-found': never(404),
  'container-not-found': never(404),
  'node-group-not-found': never(404),
  'project-not-found': never(404),
  'quota-not-found': never(404),
  'federation-not-found': never(404),
  'keypair-not-found': never(404),
  'x509-key-pair-not-found': never(404),
  'workload-not-found': never(404),
  'method-not-allowed': never(405),
  'not-acceptable': never(406),
  'version-not-supported': never(406),
  conflict: afterChange(409),
  /** Bounds, labels or taints of a node group: upstream has 409 for them. */
  'node-group-invalid': never(409),
  'template-not-for-upgrade': never(409),
  'bay-not-reachable': later(409),
  'not-unique': never(409),
  'precondition-failed': afterChange(412),
  'body-too-large': never(413),
  'unsupported-media-type': never(415),
  'key-reused': never(422),
  'too-many-requests': later(429),
  internal: later(500),
  'cloud-refused': afterChange(500),
  'cloud-quota-exceeded': afterChange(500),
  'cloud-unavailable': later(503),
  /** Kubernetes' own refusal; its status is in the details. */
  'kubernetes-refused': never(400),
  'engine-failed': later(500),
  'engine-unavailable': later(503),
  /** There is no engine to ask: the bay is not up yet, or its servers are simulated. */
  'engine-not-live': afterChange(409),
  'lease-lost': later(503),
  'store-unavailable': later(503),
  'deadline-exceeded': later(503),
} as const satisfies Record<string, ErrorKind>;

export type ErrorName = keyof typeof ERROR_KINDS;

export interface ErrorDetails {
  /** The sentence for the caller: names the field or resource and the remedy. Never internal text. */
  readonly message: Sentence;
  /** Wire name of the field at fault, when there is one. */
  readonly field?: string;
  /** HTTP status in place of the kind's, where a neighbour's own is passed on: 400 to 499. */
  readonly status?: number;
  /** The neighbour's request id, when a neighbour refused. */
  readonly requestId?: string;
  /** When it is worth while to try again. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

export class DomainError extends Error {
  readonly kind: ErrorName;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly #sentence: Sentence;
  readonly #status: number | undefined;

  constructor(kind: ErrorName, details: ErrorDetails | Sentence) {
    const known: ErrorDetails = typeof details === 'object' ? details : { message: details };
    super(said(known.message, 'bay'), 'cause' in known ? { cause: known.cause } : undefined);
    this.name = 'DomainError';
    this.kind = kind;
    this.#sentence = known.message;
    this.field = known.field;
    this.#status = known.status;
    this.requestId = known.requestId;
    this.retryAfterSeconds = known.retryAfterSeconds;
  }

  /** The message in a caller's wording; `message` itself is in the bay wording. */
  in(vocabulary: Vocabulary): string {
    return said(this.#sentence, vocabulary);
  }

  get status(): number {
    return this.#status ?? ERROR_KINDS[this.kind].status;
  }

  get retry(): ErrorKind['retry'] {
    return ERROR_KINDS[this.kind].retry;
  }
}

export function isDomainError(error: unknown, kind?: ErrorName): error is DomainError {
  return error instanceof DomainError && (kind === undefined || error.kind === kind);
}
