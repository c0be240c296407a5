import type { Knex } from 'knex';
import type { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Caller, Identity, TokenIdentity, TrusteeAccount, Trusts } from '../../ports/identity.js';
import type { Random } from '../../ports/random.js';
import type { EmbeddedConfig } from '../config.js';
import type { Logger } from '../../ports/logger.js';
import { ApplicationCredentials } from './application-credentials.js';
import { Directory } from './directory.js';
import { handleKeystone } from './keystone.js';
import { LoginThrottle } from './login-throttle.js';
import type { CatalogEntry } from './responses.js';
import { findHolder, type HolderDeps } from './token-holder.js';
import { Tokens } from './tokens.js';

export interface EmbeddedIdentityDeps {
  readonly db: Knex;
  readonly config: EmbeddedConfig;
  /** Passwords of the config's users, by name. */
  readonly passwords: ReadonlyMap<string, Secret>;
  readonly clock: Clock;
  readonly random: Random;
  /** Asked with each token: the ports are known only once the servers listen. */
  readonly catalog: () => readonly CatalogEntry[];
  /** `http://host:port/identity/v3`, for clients that lack a token. */
  readonly authUrl: () => string;
  readonly logger: Logger;
}

/** The config's users and projects, trustees, tokens and application credentials in the database, and a small Keystone before them. */
export class EmbeddedIdentity implements Identity {
  readonly #deps: EmbeddedIdentityDeps;
  readonly #directory: Directory;
  readonly #tokens: Tokens;
  readonly #credentials: ApplicationCredentials;
  readonly #throttle = new LoginThrottle();
  /** This service works with its own rights. */
  readonly trusts: Trusts | null = null;

  constructor(deps: EmbeddedIdentityDeps) {
    this.#deps = deps;
    this.#directory = new Directory(deps);
    this.#tokens = new Tokens(deps);
    this.#credentials = new ApplicationCredentials(deps);
  }

  get trusteeDomainId(): string {
    return this.#deps.config.trusteeDomainId;
  }

  get publicAuthUrl(): string {
    return this.#deps.authUrl();
  }

  async validate(token: Secret, { signal }: Caller): Promise<TokenIdentity | undefined> {
    signal.throwIfAborted();
    const holder = await findHolder(this.#parts(), token.reveal());
    if (!holder) return undefined;
    const { account, credential, roles } = holder;
    const project = this.#deps.config.projects.find((known) => known.id === holder.token.projectId);
    return {
      userId: account.id,
      userName: account.name,
      userDomainId: account.domainId,
      projectId: project?.id ?? null,
      projectName: project?.name ?? null,
      roles,
      expiresAt: holder.token.expiresAt,
      restricted: credential?.unrestricted === false,
    };
  }

  async ensureTrustee(username: string, password: Secret, signal: AbortSignal): Promise<TrusteeAccount> {
    signal.throwIfAborted();
    const account = await this.#directory.ensureTrustee(username, password);
    return { userId: account.id, domainId: account.domainId };
  }

  async deleteTrustee(username: string, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    return this.#directory.deleteTrustee(username);
  }

  async projectExists(projectId: string, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    return this.#deps.config.projects.some((project) => project.id === projectId);
  }

  /** A token for one of the config's users, for the process that runs the embedded cloud itself. Undefined: no such user. */
  async tokenFor(userName: string): Promise<string | undefined> {
    const user = this.#deps.config.users.find((known) => known.name === userName);
    return user && (await this.#tokens.issue({ userId: user.id, projectId: user.defaultProjectId, methods: ['password'] })).id;
  }

  /** Keystone's paths under `/identity`; undefined for all others. `source`: the client's address. */
  async handle(request: Request, source = 'unknown'): Promise<Response | undefined> {
    const { catalog, authUrl, logger } = this.#deps;
    return handleKeystone({ ...this.#parts(), throttle: this.#throttle, catalog, authUrl, logger }, request, source);
  }

  #parts(): HolderDeps {
    return { directory: this.#directory, tokens: this.#tokens, credentials: this.#credentials };
  }
}
