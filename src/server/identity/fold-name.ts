/**
 * The case-insensitive form by which names and addresses are compared. It is computed here and
 * stored, because the result of `lower` for "JÜRGEN" or "INFO" depends on the database's locale,
 * and who is whom must not.
 */
export function foldName(name: string): string {
  // Lower-case sigma has a form of its own at the end of a word.
  return name.toLowerCase().replaceAll('ς', 'σ');
}

/** The keys by which a user with these names is found. */
export function nameKeys({ username, email }: { username: string; email: string | null }) {
  return { usernameKey: foldName(username), emailKey: email === null ? null : foldName(email) };
}
