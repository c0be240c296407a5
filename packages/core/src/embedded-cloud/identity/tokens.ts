import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';

export interface Token {
  readonly userId: string;
  /** Null: without scope. */
  readonly projectId: string | null;
  readonly methods: readonly string[];
  /** Set for a token that an application credential was used for: it is good as long as that exists. */
  readonly applicationCredentialId?: string | undefined;
  readonly auditId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface TokenDeps {
  readonly db: Knex;
  readonly clock: Clock;
  readonly random: Random;
}

const LIFETIME = 4 * 60 * 60 * 1000;

/** Only the hash of a token is kept: who reads the database cannot use what is in it. */
export class Tokens {
  readonly #deps: TokenDeps;

  constructor(deps: TokenDeps) {
    this.#deps = deps;
  }

  /** A token does not outlive what it was made from: another token, or an application credential. */
  async issue(
    grant: Pick<Token, 'userId' | 'projectId' | 'methods' | 'applicationCredentialId'>,
    notAfter?: Date,
  ): Promise<{ readonly id: string; readonly token: Token }> {
    const { db, clock, random } = this.#deps;
    const issuedAt = clock.now();
    const expiresAt = new Date(Math.min(issuedAt.getTime() + LIFETIME, notAfter?.getTime() ?? Infinity));
    const id = Buffer.from(random.bytes(32)).toString('base64url');
    const token = { ...grant, auditId: Buffer.from(random.bytes(16)).toString('base64url'), issuedAt, expiresAt };
    const { projectId, methods, applicationCredentialId, auditId } = token;
    await db.transaction(async (transaction) => {
      await transaction('embedded_token').where('expires_at', '<', issuedAt.getTime()).delete();
      await transaction('embedded_token').insert({
        hash: hashOf(id),
        user_id: grant.userId,
        detail: JSON.stringify({ projectId, methods, applicationCredentialId, auditId, issuedAt: issuedAt.getTime() }),
        expires_at: expiresAt.getTime(),
      });
    });
    return { id, token };
  }

  async find(id: string): Promise<Token | undefined> {
    const row: { user_id: string; detail: string; expires_at: number } | undefined = await this.#deps
      .db('embedded_token')
      .where({ hash: hashOf(id) })
      .first();
    if (!row || Number(row.expires_at) <= this.#deps.clock.now().getTime()) return undefined;
    // Only `issue` writes it.
    const detail = JSON.parse(row.detail) as {
      projectId: string | null;
      methods: readonly string[];
      applicationCredentialId?: string;
      auditId: string;
      issuedAt: number;
    };
    return { ...detail, userId: row.user_id, issuedAt: new Date(detail.issuedAt), expiresAt: new Date(Number(row.expires_at)) };
  }

  async revoke(id: string): Promise<void> {
    await this.#deps
      .db('embedded_token')
      .where({ hash: hashOf(id) })
      .delete();
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
