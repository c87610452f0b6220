/** The initial values of every user. */
export const NEW_USER = {
  firstName: '',
  lastName: '',
  emailVerifiedAt: null,
  emailCodeTag: null,
  emailCodeExpiresAt: null,
  emailCodeAttempts: 0,
  sharedSecretHash: null,
  disabledAt: null,
  frozenAt: null,
  resetNeedsPassword: false,
  passwordByMail: false,
} as const;
