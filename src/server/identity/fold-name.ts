/**
 * What names and addresses are compared by, whatever the case of their letters. Made here and stored: what
 * `lower` makes of "JÜRGEN" or "INFO" is a matter of the database's locale, and so would be who is whom.
 */
export function foldName(name: string): string {
  // In lower case the Greek letter has a form of its own at the end of a word.
  return name.toLowerCase().replaceAll('ς', 'σ');
}

/** The keys that a user of these names is found by. */
export function nameKeys({ username, email }: { username: string; email: string | null }) {
  return { usernameKey: foldName(username), emailKey: email === null ? null : foldName(email) };
}
