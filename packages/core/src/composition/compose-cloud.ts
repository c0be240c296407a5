import type { Knex } from 'knex';
import { SimulatedBackend } from '../embedded-cloud/simulated.js';
import { EMBEDDED_DEFAULTS } from '../embedded-cloud/config.js';
import type { Config } from '../config/config.js';
import { DomainError } from '../domain/errors.js';
import { Secret } from '../domain/secret.js';
import type { Notifier } from '../ports/notifier.js';
import type { Platform } from '../ports/platform.js';
import type { CloudOptions, CloudParts } from './cloud-parts.js';
import { driverChoice } from './driver-choice.js';
import { composeEmbedded } from './embedded-cloud.js';
import { composeOpenstack, usesOpenstack } from './openstack-cloud.js';
import { conductorRules, postInstallOf } from './rules.js';
import { sealingKeys } from './sealing-keys.js';
import { serviceOrigin } from './service-origin.js';

/** The configured cloud: an OpenStack, or the embedded one with simulated servers. */
export function composeCloud(
  platform: Platform,
  config: Config,
  over: { readonly db: Knex; readonly notifier: Notifier },
): CloudParts {
  const options: CloudOptions = {
    ...over,
    sealingKeys: sealingKeys(config),
    rules: conductorRules(config),
    postInstall: postInstallOf(config),
  };
  if (usesOpenstack(config)) return composeOpenstack(platform, config, options);
  const origin = (): string => serviceOrigin(config);
  return composeEmbedded(platform, {
    ...options,
    config: EMBEDDED_DEFAULTS,
    drivers: driverChoice(platform, config),
    backend: new SimulatedBackend(over.db),
    origin,
    nodeOrigin: origin,
    passwords: { admin: password(config, 'admin_password'), demo: password(config, 'demo_password') },
  });
}

function password(config: Config, name: 'admin_password' | 'demo_password'): Secret {
  const text = config.sections.embedded[name];
  if (text !== null) return new Secret(text);
  const field = `[embedded] ${name}`;
  throw new DomainError('invalid-parameter', {
    field,
    message: `${field} is not set: without [keystone_authtoken] auth_url the identity is embedded, and its users need passwords.`,
  });
}
