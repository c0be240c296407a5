export {
  applicationCredentialAuth,
  passwordAuth,
  staticToken,
  tokenAuth,
  type Auth,
  type KeystoneOptions,
  type PasswordOptions,
  type Session,
} from './auth.js';
export type { BayModels, Bays } from './bays.js';
export type { Clusters, ClusterTemplates } from './clusters.js';
export { createMagnum, type Magnum, type MagnumOptions } from './client.js';
export type { Containers } from './containers.js';
export { fromEnv, type Credentials, type Environment } from './environment.js';
export {
  ApiError,
  AuthError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  MagnumError,
  MethodNotAllowedError,
  NotAcceptableError,
  NotFoundError,
  RedirectError,
  ServerError,
  TimeoutError,
  TooManyRequestsError,
  UnauthorizedError,
  WaiterError,
} from './errors.js';
export type { Federations } from './federations.js';
export type { NodeGroups } from './node-groups.js';
export type { Quotas, StatsApi } from './quotas.js';
export { NEWEST } from './microversion.js';
export type { KubernetesObjects, KubernetesServices, Pods, ReplicationControllers } from './kubernetes.js';
export type { Certificates, Drivers, NodeCredentials, Nodes, Services, VersionsApi } from './others.js';
export type { Listing } from './pages.js';
export { patchOf, type Changes } from './patch.js';
export type { Logger } from './pipeline.js';
export type { RetryOptions } from './retry.js';
export { systemRuntime, type Runtime } from './runtime.js';
export type { RawCall } from './transport.js';
export type * from './types.js';
export type { Waitable, WaitOptions } from './wait.js';
export type { X509KeyPairs } from './x509-key-pairs.js';
