/** What the service refuses or fails with, by the header `Magnum-Error` of its answers. */
export type ServiceErrorCode =
  | 'invalid-parameter'
  | 'invalid-body'
  | 'invalid-patch'
  | 'invalid-csr'
  | 'invalid-version'
  | 'certificate-refused'
  | 'bay-model-referenced'
  | 'bay-type-not-supported'
  | 'driver-not-supported'
  | 'not-supported'
  | 'operation-in-progress'
  | 'image-not-found'
  | 'flavor-not-found'
  | 'network-not-found'
  | 'unauthorized'
  | 'forbidden'
  | 'quota-exceeded'
  | 'not-found'
  | 'path-not-found'
  | 'bay-model-not-found'
  | 'bay-not-found'
  | 'node-not-found'
  | 'container-not-found'
  | 'node-group-not-found'
  | 'project-not-found'
  | 'quota-not-found'
  | 'federation-not-found'
  | 'keypair-not-found'
  | 'x509-key-pair-not-found'
  | 'workload-not-found'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'version-not-supported'
  | 'conflict'
  | 'node-group-invalid'
  | 'template-not-for-upgrade'
  | 'bay-not-reachable'
  | 'not-unique'
  | 'precondition-failed'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'key-reused'
  | 'too-many-requests'
  | 'internal'
  | 'cloud-refused'
  | 'cloud-quota-exceeded'
  | 'cloud-unavailable'
  | 'kubernetes-refused'
  | 'engine-failed'
  | 'engine-unavailable'
  | 'engine-not-live'
  | 'lease-lost'
  | 'store-unavailable'
  | 'deadline-exceeded';

/** The codes of answers that name none: those of another Magnum, or of a proxy before it. */
const STATUS_CODES = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  409: 'conflict',
  412: 'precondition-failed',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  422: 'unprocessable',
  429: 'too-many-requests',
  500: 'internal',
  502: 'bad-gateway',
  503: 'service-unavailable',
  504: 'gateway-timeout',
} as const satisfies Readonly<Record<number, string>>;

/** The code of an ApiError. `http-418`: an answer without a code, whose status has none either. A newer service may have more codes. */
export type ApiErrorCode = ServiceErrorCode | (typeof STATUS_CODES)[keyof typeof STATUS_CODES] | `http-${number}` | (string & {});

/** Upstream has one code beside `client` and `server`. */
const UPSTREAM_VERSION_CODE = 'magnum.microversion-unsupported';

/** `named`: the header `Magnum-Error`; `said`: the code in the body. */
export function apiErrorCode(
  status: number,
  { named, said }: { readonly named: string | null; readonly said: string },
): ApiErrorCode {
  if (named !== null && /^[a-z0-9-]{1,64}$/.test(named)) return named;
  if (said === UPSTREAM_VERSION_CODE) return 'version-not-supported';
  const known: Readonly<Record<number, ApiErrorCode>> = STATUS_CODES;
  return known[status] ?? `http-${status}`;
}
