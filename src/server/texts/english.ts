import { ENGLISH_CODE_MESSAGE } from '../../mfa/handlers/email/index.js';
import { ENGLISH_KINDS } from './english-kinds.js';
import { type LanguageTexts } from './language-texts.js';

/** The texts in English. */
export const english: LanguageTexts = {
  locale: 'en-GB',
  greeting: 'Hello,',
  when: 'When',
  from: 'From',
  device: 'With',
  unknown: 'unknown',
  program: ({ browser, system }) => (system === null ? browser : `${browser} on ${system}`),
  unknownProgram: 'an unknown program',
  notMe: (lasts) =>
    `If this was not you, open the link below and press the button there. It ends all sessions, undoes this and all that was changed since in the same session, where it can be undone, and stops your password until you reset it. The link works once, for ${lasts}:`,
  itWasMe: 'If this was you, there is nothing to do.',
  hours: (count) => (count === 1 ? 'one hour' : `${count} hours`),
  more: (count, lastAt) =>
    `The same happened ${count === 1 ? 'once more' : `${count} more times`} in that session, the last time on ${lastAt}. This mail stands for all of them.`,
  left: ({ methods, codes }) =>
    `Second factors that are active now: ${methods.length === 0 ? 'none' : methods.join(', ')}. Backup codes that are left: ${codes}.`,
  kinds: ENGLISH_KINDS,
  code: ENGLISH_CODE_MESSAGE,
  reset: {
    subject: 'Choose a new password',
    lead: 'Somebody asked for a new password for your account. Choose one here:',
    link: 'Choose a new password',
    end: (minutes) =>
      `The link works once, for ${minutes} minutes. If it was not you who asked, do nothing: your password stays as it is.`,
  },
  resetPage: {
    title: 'Choose a new password',
    explanation:
      'Choose a password of at least 8 characters that you use nowhere else. All sessions of your account end with the old one.',
    newPassword: {
      label: 'New password',
      oldLabel: 'Former password',
      oldNeeded:
        'Your second factor or your address was taken back, so the mail alone is not enough: please give the password that you had before, too.',
      oldWrong: 'The former password is not right. After five wrong ones the link ends.',
      weak: 'Please choose another one: at least 8 characters, and neither your user name nor your address.',
    },
    button: 'Save the new password',
    done: 'Done. Sign in with your new password.',
    refused: 'This link was used already, or it has ended. Ask for another one where you sign in.',
    failed: 'That did not work. Please try again in a moment.',
  },
  verification: {
    subject: 'Please confirm your e-mail address',
    linkLead: 'An account was opened with this address. If it is yours, confirm the address here:',
    link: 'Confirm the address',
    linkLasts: (lasts) => `The link works once, for ${lasts}.`,
    codeLead:
      'An account was opened with this address. If it is yours, type this code where you are signed in:',
    codeLasts: (minutes) =>
      `The code works once, for ${minutes === 1 ? 'one minute' : `${minutes} minutes`}. Give it to nobody.`,
    notMine:
      'If you did not ask for this, ignore it: until the address is confirmed, nothing else is sent to it.',
  },
  addressChange: {
    asked: {
      subject: 'Please confirm your new e-mail address',
      linkLead:
        'An account is to have this address in the place of its present one. If it is yours, confirm the address here, while you are signed in where you asked for it:',
      link: 'Confirm the new address',
      codeLead:
        'An account is to have this address in the place of its present one. If it is yours, type this code where you asked for it:',
      notMine:
        'If you did not ask for this, ignore it: until the address is confirmed, nothing changes.',
    },
    taken: {
      subject: 'Your e-mail address was given for another account',
      lead: 'Somebody asked for another account to have this address. Your account has it already and keeps it; there is nothing to do. If it was you: an address can belong to one account only.',
    },
  },
  signIn: 'Go on to sign in',
  verifyPage: {
    title: 'Confirm your e-mail address',
    explanation:
      'The button confirms that this address is yours. Press it only if you have opened the account yourself.',
    button: 'Confirm the address',
    done: 'Done. Your address is confirmed.',
    refused: 'This link was used already, or it has ended. Ask for another one where you sign in.',
    failed: 'That did not work. Please try again in a moment.',
  },
  changePage: {
    title: 'Confirm your new e-mail address',
    explanation:
      'The button gives your account this address in the place of its present one. Press it only if you have asked for it yourself.',
    button: 'Confirm the new address',
    done: 'Done. Your account has the new address.',
    refused:
      'This link was used already, or it has ended: it works while you are signed in where you asked for it. Ask for another one there.',
    failed: 'That did not work. Please try again in a moment.',
  },
  notMePage: {
    title: 'Was this not you?',
    explanation:
      'The button ends all sessions of your account, undoes the change that you were written about and all that was changed since in the same session, where it can be undone, and stops your password until you reset it by mail.',
    button: 'This was not me',
    undone: { lead: 'Taken back:', notUndone: 'could not be undone' },
    done: 'Done. All sessions have ended. A mail tells you what to do next.',
    refused: 'This link was used already, or it has ended. The newest mail has one that works.',
    failed: 'That did not work. Please try again in a moment.',
  },
};
