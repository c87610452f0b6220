/** The ways to confirm the address of a new account. */
export const EMAIL_VERIFICATIONS = ['off', 'link', 'code'] as const;

/** One of {@link EMAIL_VERIFICATIONS}. */
export type EmailVerificationMode = (typeof EMAIL_VERIFICATIONS)[number];
