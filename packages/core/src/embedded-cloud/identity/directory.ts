import type { Knex } from 'knex';
import type { Random } from '../../ports/random.js';
import type { Secret } from '../../domain/secret.js';
import type { EmbeddedConfig, EmbeddedProject } from '../config.js';
import { hashSecret, matchesHash, sameSecret, type HashCost } from './secret-hashes.js';

/** A user of the config, or a trustee of the database. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  /** Null for trustees: they have no project of their own. */
  readonly defaultProjectId: string | null;
  rolesOn(projectId: string): readonly string[];
}

export interface DirectoryDeps {
  readonly db: Knex;
  readonly config: EmbeddedConfig;
  /** Passwords of the config's users, by name; a user without one cannot log in with a password. */
  readonly passwords: ReadonlyMap<string, Secret>;
  readonly random: Random;
}

interface TrusteeRow {
  readonly id: string;
  readonly name: string;
  readonly password_hash: string;
}

/** Who there is: the config's users and projects, and the trustees. */
export class Directory {
  readonly #deps: DirectoryDeps;

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  get config(): EmbeddedConfig {
    return this.#deps.config;
  }

  async byId(id: string): Promise<Account | undefined> {
    const known = this.#ofConfig().find((account) => account.id === id);
    return known ?? this.#trustee(await this.#trusteeRow({ id }));
  }

  async byName(name: string, domainId: string): Promise<Account | undefined> {
    const known = this.#ofConfig().find((account) => account.name === name && account.domainId === domainId);
    if (known || domainId !== this.config.trusteeDomainId) return known;
    return this.#trustee(await this.#trusteeRow({ name }));
  }

  async all(): Promise<readonly Account[]> {
    const rows: readonly TrusteeRow[] = await this.#deps.db('embedded_user').orderBy('name');
    return [...this.#ofConfig(), ...rows.flatMap((row) => this.#trustee(row) ?? [])];
  }

  projectsOf(account: Account): readonly EmbeddedProject[] {
    return this.config.projects.filter((project) => account.rolesOn(project.id).length > 0);
  }

  /** Takes as long for an unknown account as for a wrong password. */
  async hasPassword(account: Account | undefined, password: string): Promise<boolean> {
    const configured =
      account && account.domainId !== this.config.trusteeDomainId ? this.#deps.passwords.get(account.name) : undefined;
    const row = account && !configured ? await this.#trusteeRow({ id: account.id }) : undefined;
    const isTrustee = await matchesHash(password, row?.password_hash, TRUSTEE_COST);
    return configured ? sameSecret(configured.reveal(), password) : isTrustee;
  }

  /** The password is set again when the account is there. */
  async ensureTrustee(username: string, password: Secret): Promise<Account> {
    const hash = await hashSecret(password.reveal(), this.#deps.random.bytes(16), TRUSTEE_COST);
    const id = Buffer.from(this.#deps.random.bytes(16)).toString('hex');
    await this.#deps
      .db('embedded_user')
      .insert({ id, name: username, password_hash: hash })
      .onConflict('name')
      .merge(['password_hash']);
    const account = this.#trustee(await this.#trusteeRow({ name: username }));
    if (!account) throw new Error('a trustee vanished while it was made');
    return account;
  }

  async deleteTrustee(username: string): Promise<boolean> {
    return this.#deps.db.transaction(async (transaction) => {
      const row: { id: string } | undefined = await transaction('embedded_user').where({ name: username }).first('id');
      if (!row) return false;
      await transaction('embedded_token').where({ user_id: row.id }).delete();
      await transaction('embedded_user').where({ id: row.id }).delete();
      return true;
    });
  }

  #ofConfig(): readonly Account[] {
    return this.config.users.map((user) => ({
      id: user.id,
      name: user.name,
      domainId: user.domainId,
      defaultProjectId: user.defaultProjectId,
      rolesOn: (projectId) => withImplied(user.roles.filter((grant) => grant.projectId === projectId).map((grant) => grant.role)),
    }));
  }

  #trustee(row: TrusteeRow | undefined): Account | undefined {
    return (
      row && { id: row.id, name: row.name, domainId: this.config.trusteeDomainId, defaultProjectId: null, rolesOn: () => [] }
    );
  }

  async #trusteeRow(where: { readonly id: string } | { readonly name: string }): Promise<TrusteeRow | undefined> {
    return this.#deps.db('embedded_user').where(where).first();
  }
}

/** As Keystone's bootstrap makes them: an administrator is a member, and a member is a reader. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = { admin: ['member', 'reader'], member: ['reader'] };

export function withImplied(roles: readonly string[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => [role, ...(IMPLIED[role] ?? [])]))];
}

// Trustees' passwords are 24 random bytes, which cannot be guessed: the usual cost would buy nothing, and each login would leave
// 16 MiB in an arena of the thread that did it.
const TRUSTEE_COST: HashCost = { N: 1024, r: 8, p: 1 };
