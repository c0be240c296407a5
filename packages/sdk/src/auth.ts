export interface Session {
  readonly token: string;
  /** Milliseconds since 1970; undefined where unknown. */
  readonly expiresAt: number | undefined;
  /** Magnum's address in the catalog. */
  readonly endpoint: string | undefined;
  /** Why there is no endpoint, where the catalog says: the regions and interfaces that there are. */
  readonly missing?: string | undefined;
}

/** The source of tokens. `get` is called before every request; `renew` after the server has refused a token. */
export interface Auth {
  get(signal?: AbortSignal): Promise<Session>;
  renew(refused: string, signal?: AbortSignal): Promise<Session>;
  /** Whether `renew` can give another token than the refused one. */
  readonly renewable: boolean;
}

/**
 * A token that the caller obtained and renews.
 * @throws {UnauthorizedError} at a call, where the service refuses the token
 * @example
 * const magnum = createMagnum({ endpoint: 'https://magnum.example/v1', auth: staticToken(token) });
 */
export function staticToken(token: string): Auth {
  const session: Session = { token, expiresAt: undefined, endpoint: undefined };
  return { renewable: false, get: async () => session, renew: async () => session };
}
