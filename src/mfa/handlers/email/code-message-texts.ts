/** The texts of a message with a code, in one language. */
export interface CodeMessageTexts {
  /** The language tag of the message [RFC 5646]. */
  readonly language: string;
  /** @param time when the code was asked for, with its zone: it tells one message from another */
  readonly subject: (time: string) => string;
  /** Follows the code in its sentence. */
  readonly intro: (applicationName: string) => string;
  readonly validity: (minutes: number) => string;
  /** For people who did not ask for a code. */
  readonly warning: string;
}

/** The texts in English. */
export const ENGLISH_CODE_MESSAGE: CodeMessageTexts = {
  language: 'en',
  subject: (time) => `Your verification code (${time})`,
  intro: (applicationName) => `is your verification code for ${applicationName}.`,
  validity: (minutes) =>
    `It is valid for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} and works once, for the request that it was sent for.`,
  warning:
    'If this was not you, give the code to nobody and change your password: someone may know it.',
};
