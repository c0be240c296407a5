export { staticToken, type Auth, type Session } from './auth.js';
export { bayModels, clusterTemplates, type BayModels, type ClusterTemplates } from './bay-models.js';
export type { BayCollection, Change, ClientConfigQuery, Deletion } from './bay-collection.js';
export { bays, type Bays } from './bays.js';
export { certificates, type Certificates } from './certificates.js';
export type { Call, WithResponse } from './call.js';
export { createMagnum, type Magnum } from './client.js';
export type { BasicOptions, Connection } from './calls.js';
export { connect, type MagnumOptions } from './connection.js';
export { clusters, type Clusters } from './clusters.js';
export type { Collection } from './collection.js';
export { containers, type Containers } from './containers.js';
export { credentials, type NodeCredentials } from './credentials.js';
export { drivers, type Drivers } from './drivers.js';
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
  UnsupportedVersionError,
  WaiterError,
  type ConnectionCode,
  type ErrorContext,
} from './errors.js';
export { federations, type Federations } from './federations.js';
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
export {
  kubernetesServices,
  pods,
  replicationControllers,
  type KubernetesObjects,
  type KubernetesServices,
  type Pods,
  type ReplicationControllers,
} from './kubernetes.js';
export type { ApiRequest, CallState, Interceptor, InterceptorChoice, Next, StandardInterceptors } from './interceptors.js';
export { NEWEST } from './versioning.js';
export { nodeGroups, type NodeGroups } from './node-groups.js';
export { nodes, type Nodes } from './nodes.js';
export type { Listing } from './pages.js';
export { checkPathPart } from './path.js';
export { patchOf, type Changes, type ChangesOf } from './patch.js';
export type { Fetch } from './redirects.js';
export type { Logger, LogFields } from './log.js';
export type { AnswerOf, InputOf, PathOf, TypedCaller, TypedLister } from './paths.js';
export { quotas, stats, type Quotas, type StatsApi } from './quotas.js';
export type { RetryOptions } from './retry.js';
export { systemRuntime, type Runtime } from './runtime.js';
export { services, type Services } from './services.js';
export type * from './types.js';
export { versions, type VersionsApi } from './versions.js';
export type { DeletionWaitOptions, Waitable, WaitOptions } from './wait.js';
export { x509KeyPairs, type X509KeyPairs } from './x509-key-pairs.js';
