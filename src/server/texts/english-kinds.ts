import { type LanguageTexts } from './language-texts.js';

/** The security e-mails in English, by their kinds. */
export const ENGLISH_KINDS: LanguageTexts['kinds'] = {
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
    sentence: ({ factor }) => `One authenticator of the method "${factor}" was given another name.`,
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
};

function leftInEnglish(count: number): string {
  if (count === 0) return 'none is';
  return count === 1 ? 'one is' : `only ${count} are`;
}
