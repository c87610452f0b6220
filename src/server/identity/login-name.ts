/** The name or address that a person signs in with. */
export interface LoginName {
  readonly by: 'username' | 'email';
  readonly value: string;
}

/**
 * The condition that finds the user of a name or an address by its key, `$1`. Until one user has
 * confirmed an address, several may claim it: then the earliest is found.
 */
export const BY_KEY: Readonly<Record<LoginName['by'], string>> = {
  username: 'username_key = $1',
  email: `email_key = $1
    ORDER BY email_verified_at IS NULL, NOT email_unasked, created_at, id LIMIT 1`,
};
