/**
 * Unanswered mails to one address, over all accounts. It bounds the mails that strangers can have
 * sent to somebody else's address.
 */
export const CONFIRMATION_LIMIT = { maxMails: 3, windowSeconds: 86_400 } as const;

/** Mails that one account may ask for. */
export const VERIFICATION_LIMIT = {
  cooldownSeconds: 30,
  maxSends: 5,
  windowSeconds: 3600,
} as const;

/** Mails that one network may ask for, by opening accounts or from within them. */
export const VERIFICATION_NETWORK_LIMIT = {
  cooldownSeconds: 0,
  maxSends: 30,
  windowSeconds: 3600,
} as const;

/** How long a link confirms an address. */
export const VERIFICATION_LINK_SECONDS = 86_400;

/** How long a link gives an account another address: what was proven for it is not to last for a day. */
export const CHANGE_LINK_SECONDS = 3600;

/**
 * A code lives ten minutes at most [NIST SP 800-63B-4 §3.1.3.2]. `maxAttempts` counts over all
 * sessions; one session is locked long before.
 */
export const VERIFICATION_CODE = { digits: 6, lifeSeconds: 600, maxAttempts: 100 } as const;
