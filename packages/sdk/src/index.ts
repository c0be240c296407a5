export { staticToken, type Auth, type Session } from './auth.js';
export type { BayModels, ClusterTemplates } from './bay-models.js';
export type { BayCollection } from './bay-collection.js';
export type { Bays } from './bays.js';
export type { Certificates } from './certificates.js';
export { createMagnum, type Magnum, type MagnumOptions } from './client.js';
export type { Clusters } from './clusters.js';
export type { Collection } from './collection.js';
export type { Containers } from './containers.js';
export type { NodeCredentials } from './credentials.js';
export type { Drivers } from './drivers.js';
export { fromEnv, type Credentials, type Environment } from './environment.js';
export type { ApiErrorCode, ServiceErrorCode } from './error-codes.js';
export {
  ApiError,
  AuthError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ContentTooLargeError,
  ForbiddenError,
  InvalidAnswerError,
  MagnumError,
  MethodNotAllowedError,
  NotAcceptableError,
  NotFoundError,
  PreconditionFailedError,
  RedirectError,
  ServerError,
  TimeoutError,
  TooManyRequestsError,
  UnauthorizedError,
  UnprocessableError,
  UnsupportedMediaTypeError,
  WaiterError,
  type ConnectionCode,
  type ErrorContext,
} from './errors.js';
export type { Federations } from './federations.js';
export type { FollowOptions } from './follow.js';
export {
  applicationCredentialAuth,
  passwordAuth,
  tokenAuth,
  totpAuth,
  type ApplicationCredentialOptions,
  type KeystoneOptions,
  type Passcode,
  type PasswordOptions,
  type UserOptions,
} from './keystone.js';
export type { KubernetesObjects, KubernetesServices, Pods, ReplicationControllers } from './kubernetes.js';
export { NEWEST } from './microversion.js';
export type { NodeGroups } from './node-groups.js';
export type { Nodes } from './nodes.js';
export type { Listing } from './pages.js';
export { checkPathPart } from './path.js';
export { patchOf, type Changes, type ChangesOf } from './patch.js';
export type { Fetch } from './redirects.js';
export type { Logger } from './pipeline.js';
export type { Quotas, StatsApi } from './quotas.js';
export type { RetryOptions } from './retry.js';
export { systemRuntime, type Runtime } from './runtime.js';
export type { Services } from './services.js';
export type * from './types.js';
export type { VersionsApi } from './versions.js';
export type { DeletionWaitOptions, Waitable, WaitOptions } from './wait.js';
export type { X509KeyPairs } from './x509-key-pairs.js';
