import type { Knex } from 'knex';
import { silentLogger } from '../../adapters/system/logger.js';
import { systemRandom } from '../../adapters/system/random.js';
import type { JsonValue } from '../../domain/json.js';
import { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { EMBEDDED_DEFAULTS, type EmbeddedConfig } from '../config.js';
import { EmbeddedIdentity } from './identity.js';

export const BASE = 'http://cloud.test/identity';

export interface IdentityParts {
  readonly db: Knex;
  readonly clock: Clock;
  readonly config?: EmbeddedConfig;
  readonly logger?: Logger;
}

/** The identity with the passwords `NAME-pass` of its users. */
export function identityOver({ db, clock, config = EMBEDDED_DEFAULTS, logger = silentLogger }: IdentityParts): EmbeddedIdentity {
  const url = 'http://cloud.test/v1';
  return new EmbeddedIdentity({
    db,
    clock,
    config,
    random: systemRandom,
    logger,
    authUrl: () => `${BASE}/v3`,
    passwords: new Map(config.users.map(({ name }) => [name, new Secret(`${name}-pass`)])),
    catalog: () => [{ type: 'container-infra', name: 'magnum', publicUrl: url, internalUrl: url, adminUrl: url }],
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into bodies freely.
  readonly body: ReturnType<typeof JSON.parse>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly subject?: string;
  readonly body?: JsonValue | string;
}

export async function ask(identity: EmbeddedIdentity, asked: Asked): Promise<Answer> {
  const headers = {
    ...(asked.token ? { 'x-auth-token': asked.token } : {}),
    ...(asked.subject ? { 'x-subject-token': asked.subject } : {}),
  };
  const body = asked.body === undefined ? null : typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body);
  const response = await identity.handle(new Request(`${BASE}${asked.path}`, { method: asked.method, headers, body }));
  if (!response) throw new Error('not a path of the identity service');
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export function password(name: string, secret: string, scope?: JsonValue): JsonValue {
  const user = { name, domain: { name: 'Default' }, password: secret };
  return { auth: { identity: { methods: ['password'], password: { user } }, ...(scope === undefined ? {} : { scope }) } };
}
