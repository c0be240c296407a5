export { embeddedMagnum, type EmbeddedMagnum, type EmbeddedOptions } from './composition/embedded-process.js';
export { EMBEDDED_DEFAULTS, kubernetesIn, MESOS_IMAGE, type EmbeddedConfig } from './embedded-cloud/config.js';
export type { CloudBackend } from './embedded-cloud/backend.js';
export { DockerBackend } from './embedded-cloud/docker-backend.js';
export { ensureBaseImage, ensureHelloImage, ensureNodeImage, HELLO_IMAGE } from './embedded-cloud/docker-image.js';
export { ensureKubernetesNodeImage } from './composition/kubernetes-node-image.js';
export { ensureMesosNodeImage, MESOS_NODE_IMAGE, MESOS_VERSION } from './embedded-cloud/mesos-image.js';
export { kubernetesNodeImage, type KubernetesPrograms } from './embedded-cloud/kubernetes-image.js';
export {
  agnhostImage,
  imagesOf,
  KUBERNETES_RELEASES,
  releaseOf,
  type KubernetesImages,
  type KubernetesRelease,
} from './coe/kubernetes/releases.js';
export type { DockerClient } from './docker/client.js';
export type { ContainerHandle } from './docker/handles.js';
export { localDockerClient } from './docker/local.js';
export { finishProgress } from './docker/progress.js';
export { NODE_CAPABILITIES } from './embedded-cloud/docker-servers.js';
export { SimulatedBackend } from './embedded-cloud/simulated.js';
export { openSqlite } from './adapters/knex/sqlite.js';
export { adjustableLogger, jsonLogger, silentLogger } from './adapters/system/logger.js';
export { fileOutput, gatheredOutput, promptOutput, type FileOutput } from './adapters/system/output.js';
export { CONNECTION_BOUNDS } from './domain/connections.js';
export { Secret } from './domain/secret.js';
export { DomainError } from './domain/errors.js';
export { DeadlineError, underDeadline } from './concurrency/deadline.js';
export type { Logger } from './ports/logger.js';
export type { Platform } from './ports/platform.js';
export { loadConfig, type Config, type ConfigSource, type Setting } from './config/config.js';
export { openApi } from './composition/api-process.js';
export { openConductor } from './composition/conductor-process.js';
export { systemPlatform } from './composition/platform.js';
export { vaultKeyProblems } from './composition/sealing-keys.js';
export type { Diagnosis, Readiness, Service } from './composition/service-base.js';
export {
  pendingDatabaseSteps,
  resealDatabase,
  SCHEMA_STEPS,
  SCHEMA_VERSION,
  stampDatabase,
  upgradeDatabase,
} from './composition/schema.js';
export { driverImages, driverPlatforms } from './composition/driver-registry.js';
export { makeVaultKey, writeVaultKey } from './composition/vault-key.js';
export { readPem } from './composition/pem-files.js';
export { startWarnings } from './composition/start-checks.js';
export { inspectPolicy, type PolicyAnswer, type PolicyPersona, type PolicyThing, type PolicyView } from './composition/policy.js';
export {
  fromWebHandler,
  toWebHandler,
  type WebHandler,
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
} from './api/http/request.js';
export type { AppRules } from './app/rules.js';
export type { ConductorRules } from './conductor/rules.js';
export { router, type Mount } from './api/http/router.js';
export type { Meter, PassOutcome } from './ports/meter.js';
export type { ServiceStats } from './ports/stats.js';
