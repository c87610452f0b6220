import { ENGLISH_CODE_MESSAGE } from '../../mfa/handlers/email/index.js';
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
  kinds: {
    method_activated: {
      subject: 'A second factor was added to your account',
      sentence: ({ factor }) => `The method "${factor}" is now active: signing in asks for it.`,
    },
    method_deactivated: {
      subject: 'A second factor was switched off',
      sentence: ({ factor }) => `The method "${factor}" no longer works for signing in.`,
    },
    method_deleted: {
      subject: 'A second factor was removed from your account',
      sentence: ({ factor }) => `The method "${factor}" was removed.`,
    },
    authenticator_added: {
      subject: 'An authenticator was added to your account',
      sentence: ({ factor }) =>
        `Another authenticator of the method "${factor}" now works for signing in.`,
    },
    authenticator_renamed: {
      subject: 'An authenticator of your account has another name',
      sentence: ({ factor }) =>
        `One authenticator of the method "${factor}" was given another name.`,
    },
    authenticator_removed: {
      subject: 'An authenticator was removed from your account',
      sentence: ({ factor }) => `One authenticator of the method "${factor}" was removed.`,
    },
    primary_changed: {
      subject: 'Your preferred second factor has changed',
      sentence: ({ factor }) => `Signing in now asks for the method "${factor}" first.`,
    },
    backup_code_used: {
      subject: 'A backup code was used',
      sentence: ({ codesLeft }) =>
        `A backup code was used in the place of your second factor. It is spent; ${codesLeft} are left.`,
    },
    backup_codes_low: {
      subject: 'A backup code was used, and few are left',
      sentence: ({ codesLeft }) =>
        `A backup code was used in the place of your second factor. It is spent, and ${leftInEnglish(codesLeft)} left: make new ones while you can still sign in.`,
    },
    backup_codes_issued: {
      subject: 'New backup codes were made',
      sentence: () => 'A new set of backup codes was made. Codes of an older set no longer work.',
    },
    backup_codes_revoked: {
      subject: 'Backup codes no longer work',
      sentence: ({ codesDied }) =>
        `Backup codes of your account that were not used yet no longer work: ${codesDied}.`,
    },
    method_locked_for_good: {
      subject: 'A second factor is locked for good',
      sentence: ({ factor }) =>
        `The method "${factor}" was locked for good after a hundred wrong codes in a row. It works again once you remove it and set it up anew. The person who gave them had got past the first step of signing in.`,
    },
    method_locked: {
      subject: 'A second factor is locked',
      sentence: ({ factor }) =>
        `The method "${factor}" was locked for a while after too many wrong codes. The person who gave them had got past the first step of signing in.`,
    },
    account_locked: {
      subject: 'Your second factors are locked',
      sentence: () =>
        'All second factors of your account were locked for a while after too many wrong codes. The person who gave them had got past the first step of signing in.',
    },
    session_locked: {
      subject: 'A session of your account was ended',
      sentence: () =>
        'Somebody who was signed in to your account gave too many wrong codes or passwords, in one session or in several together, and the session of the last one was ended. Signing in is not locked.',
    },
    second_factor_failed: {
      subject: 'A wrong second factor was given',
      sentence: ({ factor, isSignedIn }) =>
        `Somebody ${isSignedIn ? 'who is signed in to your account' : 'got past the first step of signing in and then'} gave a wrong proof for the method "${factor}". You are told of this once an hour at most.`,
    },
    new_device_seen: {
      subject: 'Your account was signed in to from a new device',
      sentence: () =>
        'Your account was signed in to with a program that it has not been signed in to with for three months.',
    },
    refresh_token_reused: {
      subject: 'A session of your account was ended for safety',
      sentence: () =>
        'A token that renews one of your sessions was used a second time, so somebody else may have a copy of it. That session has ended, and nobody can go on with it. Sign in again; if you are not asked to anywhere, or this happens again, change your password and look through your second factors.',
    },
    device_remembered: {
      subject: 'A device of your account is remembered',
      sentence: () =>
        'Your account was signed in to with a second factor, and the device is remembered: signing in there now takes your password alone. Forget the device where you look after your account, if it is not yours.',
    },
    device_ended: {
      subject: 'A device of your account is no longer remembered',
      sentence: () =>
        'A device that was remembered is forgotten, by somebody who is signed in. Signing in there asks for your second factor again.',
    },
    devices_ended: {
      subject: 'No device of your account is remembered any more',
      sentence: () =>
        'All devices that were remembered are forgotten, by somebody who is signed in. Signing in asks for your second factor again, wherever it is.',
    },
    device_token_reused: {
      subject: 'A device of your account was forgotten for safety',
      sentence: () =>
        'A token that stands for one of your remembered devices was used a second time, together with your password, so somebody else may have copies of both. The device is forgotten, and signing in asks for your second factor again. If this was not you, change your password, and end the sessions that you do not know.',
    },
    session_displaced: {
      subject: 'A session of your account was ended to make room',
      sentence: () =>
        'Your account was signed in to once more, and as many sessions were open as there may be. The one that was used longest ago has ended. You are told of this once an hour at most.',
    },
    sessions_ended: {
      subject: 'Sessions of your account were ended',
      sentence: () =>
        'All sessions of your account but one were ended, by somebody who is signed in or as your second factors have changed.',
    },
    password_changed: {
      subject: 'Your password was changed',
      sentence: () =>
        'The password of your account was changed. All other sessions have ended with the old one.',
    },
    password_removed: {
      subject: 'Your password was removed',
      sentence: () =>
        'The password of your account was removed. From now on you sign in with a passkey alone. All other sessions have ended.',
    },
    password_reset: {
      subject: 'Your password was reset',
      sentence: () =>
        'The password of your account was reset by a link that was sent by mail. All sessions that there were have ended.',
    },
    email_changed: {
      subject: 'The e-mail address of your account was changed',
      sentence: () =>
        'Your account has another e-mail address now. Mails about it, and links that reset its password, go there and no longer to this one.',
    },
    change_repudiated: {
      subject: 'Your account is secured: please choose a new password',
      sentence: () =>
        'You told us that a change was not yours. What was done since in the same session is undone where it could be. All sessions have ended and your password signs nobody in any more. Ask for a reset of your password where you sign in, choose one that you use nowhere else, and then look through your second factors and make new backup codes.',
    },
  },
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

function leftInEnglish(count: number): string {
  if (count === 0) return 'none is';
  return count === 1 ? 'one is' : `only ${count} are`;
}
