import type { Knex } from 'knex';
import { isDuplicate } from '../../adapters/knex/transactions.js';
import { KeyedMutex } from '../../concurrency/keyed-mutex.js';
import type { Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { nameTaken, tooManyCredentials } from './keystone-error.js';
import { hashSecret, matchesHash, type HashCost } from './secret-hashes.js';

/** What a user has handed to a program: some of the user's roles on one project, under a secret of its own. */
export interface ApplicationCredential {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  /** Names, without those that they imply. */
  readonly roles: readonly string[];
  /** True: its tokens may make and delete application credentials. */
  readonly unrestricted: boolean;
  /** Null: never. */
  readonly expiresAt: Date | null;
}

export interface ApplicationCredentialDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly random: Random;
}

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly secret_hash: string;
  readonly roles: string;
  readonly unrestricted: number | boolean;
  readonly expires_at: number | string | null;
}

/** Of one user. */
export const MOST_CREDENTIALS = 100;

const TABLE = 'embedded_application_credential';
// A user may choose the secret, so each guess has to cost what guesses of passwords usually cost.
const COST: HashCost = { N: 16_384, r: 8, p: 1 };

export class ApplicationCredentials {
  readonly #deps: ApplicationCredentialDeps;
  readonly #creations = new KeyedMutex();

  constructor(deps: ApplicationCredentialDeps) {
    this.#deps = deps;
  }

  /** Throws a KeystoneError when the user has one of that name (409), or as many as a user may have (403). */
  async create(wanted: Omit<ApplicationCredential, 'id'>, secret: Secret): Promise<ApplicationCredential> {
    // One at a time for each user: creations that count at the same moment would all find room for one more.
    return this.#creations.with(wanted.userId, () => this.#create(wanted, secret));
  }

  async byId(id: string): Promise<ApplicationCredential | undefined> {
    const row = await this.#row(id);
    return row && credentialOf(row);
  }

  async byName(userId: string, name: string): Promise<ApplicationCredential | undefined> {
    const row: Row | undefined = await this.#deps.db(TABLE).where({ user_id: userId, name }).first();
    return row && credentialOf(row);
  }

  /** Ordered by name. */
  async ofUser(userId: string): Promise<readonly ApplicationCredential[]> {
    const rows: readonly Row[] = await this.#deps.db(TABLE).where({ user_id: userId }).orderBy('name');
    return rows.map(credentialOf);
  }

  /** Its tokens end with it, since each use of one looks for it. Deleting what is gone is success. */
  async delete(id: string): Promise<void> {
    await this.#deps.db(TABLE).where({ id }).delete();
  }

  /** Takes as long for an unknown one as for a wrong secret. */
  async hasSecret(id: string | undefined, secret: string): Promise<boolean> {
    const row = id === undefined ? undefined : await this.#row(id);
    return matchesHash(secret, row?.secret_hash, COST);
  }

  isExpired({ expiresAt }: Pick<ApplicationCredential, 'expiresAt'>): boolean {
    return expiresAt !== null && expiresAt.getTime() <= this.#deps.clock.now().getTime();
  }

  /** As Keystone makes them: 64 random bytes. */
  newSecret(): string {
    return Buffer.from(this.#deps.random.bytes(64)).toString('base64url');
  }

  async #create(wanted: Omit<ApplicationCredential, 'id'>, secret: Secret): Promise<ApplicationCredential> {
    const { db, random } = this.#deps;
    const existing = await this.ofUser(wanted.userId);
    if (existing.some(({ name }) => name === wanted.name)) throw nameTaken(wanted.name);
    if (existing.length >= MOST_CREDENTIALS) throw tooManyCredentials(MOST_CREDENTIALS);
    const row: Row = {
      id: Buffer.from(random.bytes(16)).toString('hex'),
      user_id: wanted.userId,
      project_id: wanted.projectId,
      name: wanted.name,
      description: wanted.description,
      secret_hash: await hashSecret(secret.reveal(), random.bytes(16), COST),
      roles: JSON.stringify(wanted.roles),
      unrestricted: wanted.unrestricted,
      expires_at: wanted.expiresAt?.getTime() ?? null,
    };
    try {
      await db(TABLE).insert(row);
    } catch (error) {
      // Another process over the same database has taken the name meanwhile.
      throw isDuplicate(error) ? nameTaken(wanted.name) : error;
    }
    return credentialOf(row);
  }

  async #row(id: string): Promise<Row | undefined> {
    return this.#deps.db(TABLE).where({ id }).first();
  }
}

function credentialOf(row: Row): ApplicationCredential {
  return {
    id: row.id,
    userId: row.user_id,
    projectId: row.project_id,
    name: row.name,
    description: row.description,
    roles: JSON.parse(row.roles) as readonly string[], // only `create` writes it
    unrestricted: Boolean(row.unrestricted),
    expiresAt: row.expires_at === null ? null : new Date(Number(row.expires_at)),
  };
}
