import { type SignedToken } from './access-tokens.js';

/** Both tokens of a session, with their expiries. */
export interface SessionTokens {
  readonly access: string;
  readonly refresh: string;
  readonly accessExpiresAt: Date;
  readonly refreshExpiresAt: Date;
}

export function sessionTokens(access: SignedToken, refresh: SignedToken): SessionTokens {
  return {
    access: access.token,
    refresh: refresh.token,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: refresh.expiresAt,
  };
}
