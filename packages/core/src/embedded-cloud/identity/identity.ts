import type { Knex } from 'knex';
import type { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Caller, Identity, TokenIdentity, TrusteeAccount, Trusts } from '../../ports/identity.js';
import type { Random } from '../../ports/random.js';
import type { EmbeddedConfig } from '../config.js';
import type { Logger } from '../../ports/logger.js';
import { Directory } from './directory.js';
import { handleKeystone } from './keystone.js';
import { LoginThrottle } from './login-throttle.js';
import type { CatalogEntry } from './responses.js';
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

/** The config's users and projects, trustees and tokens in the database, and a small Keystone before them. */
export class EmbeddedIdentity implements Identity {
  readonly #deps: EmbeddedIdentityDeps;
  readonly #directory: Directory;
  readonly #tokens: Tokens;
  readonly #throttle = new LoginThrottle();
  /** This service works with its own rights. */
  readonly trusts: Trusts | null = null;

  constructor(deps: EmbeddedIdentityDeps) {
    this.#deps = deps;
    this.#directory = new Directory(deps);
    this.#tokens = new Tokens(deps);
  }

  get trusteeDomainId(): string {
    return this.#deps.config.trusteeDomainId;
  }

  get publicAuthUrl(): string {
    return this.#deps.authUrl();
  }

  async validate(token: Secret, { signal }: Caller): Promise<TokenIdentity | undefined> {
    signal.throwIfAborted();
    const found = await this.#tokens.find(token.reveal());
    const account = found && (await this.#directory.byId(found.userId));
    if (!account) return undefined;
    const project = this.#deps.config.projects.find((known) => known.id === found.projectId);
    return {
      userId: account.id,
      userName: account.name,
      userDomainId: account.domainId,
      projectId: project?.id ?? null,
      projectName: project?.name ?? null,
      roles: project ? account.rolesOn(project.id) : [],
      expiresAt: found.expiresAt,
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
    const deps = { directory: this.#directory, tokens: this.#tokens, throttle: this.#throttle, catalog, authUrl, logger };
    return handleKeystone(deps, request, source);
  }
}
