export interface Session {
  readonly token: string;
  /** Milliseconds since 1970; undefined where unknown. */
  readonly expiresAt: number | undefined;
  /** Magnum's address in the catalog. */
  readonly endpoint: string | undefined;
}

/** Where tokens come from. `get` is called before every request; `renew` after the server refused that token. */
export interface Auth {
  get(signal?: AbortSignal): Promise<Session>;
  renew(refused: string, signal?: AbortSignal): Promise<Session>;
  /** Whether `renew` can give anything but the refused token. */
  readonly renewable: boolean;
}

/** A token that somebody else looks after. */
export function staticToken(token: string): Auth {
  const session: Session = { token, expiresAt: undefined, endpoint: undefined };
  return { renewable: false, get: async () => session, renew: async () => session };
}
