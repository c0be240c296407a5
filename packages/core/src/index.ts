export { embeddedMagnum, type EmbeddedMagnum, type EmbeddedOptions } from './embedded.js';
export { EMBEDDED_DEFAULTS, type EmbeddedConfig } from './adapters/embedded/config.js';
export type { CloudBackend } from './adapters/embedded/backend.js';
export { DockerBackend } from './adapters/embedded/docker-backend.js';
export { ensureBaseImage, ensureHelloImage, ensureNodeImage, HELLO_IMAGE } from './adapters/embedded/docker-image.js';
export type { DockerClient } from './docker/client.js';
export type { ContainerHandle } from './docker/handles.js';
export { localDockerClient } from './docker/local.js';
export { SimulatedBackend } from './adapters/embedded/simulated.js';
export { openSqlite } from './adapters/knex/sqlite.js';
export { adjustableLogger, jsonLogger, silentLogger } from './adapters/system/logger.js';
export { fileOutput, gatheredOutput, promptOutput, type FileOutput } from './adapters/system/output.js';
export { CONNECTION_BOUNDS } from './domain/connections.js';
export { Secret } from './domain/secret.js';
export { DomainError } from './domain/errors.js';
export { DeadlineError, underDeadline } from './concurrency/deadline.js';
export type { Logger } from './ports/logger.js';
export { loadConfig, type Config, type ConfigSource, type Setting } from './config/config.js';
export {
  openApi,
  openConductor,
  pendingDatabaseSteps,
  resealDatabase,
  SCHEMA_STEPS,
  SCHEMA_VERSION,
  upgradeDatabase,
  vaultKeyProblems,
  type Diagnosis,
  type Readiness,
  type Service,
} from './services.js';
export { driverPlatforms } from './engines.js';
export { makeVaultKey, writeVaultKey } from './vault-key.js';
export { readPem } from './pem-files.js';
export { startWarnings } from './start-checks.js';
export { inspectPolicy, type PolicyAnswer, type PolicyPersona, type PolicyThing, type PolicyView } from './policy.js';
export { overPlain, overWeb, type ApiHandler, type PlainHandler, type PlainReply, type PlainRequest } from './api/plain.js';
export { frontDoor, type FrontRoom } from './front.js';
export type { Meter, PassOutcome } from './ports/meter.js';
export type { ServiceStats } from './ports/stats.js';
