/** What a generated client plays a sign-in with. */
export interface Stage {
  readonly baseUrl: string;
  readonly person: { readonly username: string; readonly email: string; readonly password: string };
  /** The code of an authenticator app, so many periods from now. */
  codeOf(secret: string, steps: number): string;
}

/** @throws {Error} with what was meant to hold */
export function mustBe(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`Not so: ${what}.`);
}
