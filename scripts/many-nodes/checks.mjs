import pg from 'pg';

/** @typedef {import('./user.mjs').User} User */

/**
 * Compares the database and the servers with what each user recorded. @returns the differences
 *
 * @param {User[]} users
 * @param {string} databaseUrl
 */
export async function checkUsers(users, databaseUrl) {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    /** @type {string[]} */
    const failures = [];
    for (const user of users) failures.push(...(await failuresOf(user, database)));
    return failures;
  } finally {
    await database.end();
  }
}

/**
 * @param {User} user
 * @param {pg.Client} database
 */
async function failuresOf(user, database) {
  /** @type {string[]} */
  const failures = [];
  /** @type {(isRight: boolean, failure: string) => void} */
  const check = (isRight, failure) => {
    if (!isRight) failures.push(`${user.username}: ${failure}`);
  };
  for (const [code, times] of user.taken) check(times <= 1, `${code} was taken ${times} times`);
  const recorded = await countEvents(user, database, 'login_succeeded');
  check(recorded >= user.signIns, `${user.signIns} sign-ins, ${recorded} of them recorded`);
  check(user.lostRefresh === undefined, `a refresh token was ${user.lostRefresh}`);
  const label = await labelOf(user);
  check(user.labels.includes(label), `the label is ${label} and not ${user.labels}`);
  check((await user.beginLogin()) !== undefined, 'the acknowledged password does not sign in');
  for (const code of [...user.taken.keys()].filter((taken) => taken.length > 6)) {
    const token = await user.beginLogin();
    const { status } = await user.post('/login/verify/', { ephemeral_token: token, code });
    check(user.taken.get(code) === 0 || status !== 200, `${code} was taken again`);
  }
  return failures;
}

/**
 * @param {User} user
 * @param {pg.Client} database
 * @param {string} type
 */
async function countEvents({ username }, database, type) {
  const { rows } = await database.query(
    `SELECT count(*)::int AS count FROM mfa_events
     WHERE type = $2 AND user_id = (SELECT id::text FROM users WHERE username = $1)`,
    [username, type],
  );
  return rows[0].count;
}

/** @param {User} user */
async function labelOf({ client, address, access }) {
  const { body } = await client.send({ address, method: 'GET', path: '/mfa/', access });
  return body?.[0]?.details?.authenticators?.[0]?.label;
}
