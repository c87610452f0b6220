/** By what a user is found at sign-in. */
export interface LoginName {
  readonly by: 'username' | 'email';
  readonly value: string;
}

/**
 * Which user has a name or an address, as a condition on its key, `$1`. Several may say that an address is
 * theirs as long as nobody has confirmed it: the first of them is found.
 */
export const BY_KEY: Readonly<Record<LoginName['by'], string>> = {
  username: 'username_key = $1',
  email: `email_key = $1
    ORDER BY email_verified_at IS NULL, NOT email_unasked, created_at, id LIMIT 1`,
};
