import { type LanguageTexts } from './language-texts.js';

/** The security e-mails in German, by their kinds. */
export const GERMAN_KINDS: LanguageTexts['kinds'] = {
  method_activated: {
    subject: 'Ihr Konto hat einen weiteren zweiten Faktor',
    sentence: ({ factor }) =>
      `Das Verfahren „${factor}“ ist jetzt aktiv: Beim Anmelden wird danach gefragt.`,
  },
  method_deactivated: {
    subject: 'Ein zweiter Faktor wurde ausgeschaltet',
    sentence: ({ factor }) => `Das Verfahren „${factor}“ gilt beim Anmelden nicht mehr.`,
  },
  method_deleted: {
    subject: 'Ein zweiter Faktor wurde aus Ihrem Konto entfernt',
    sentence: ({ factor }) => `Das Verfahren „${factor}“ wurde entfernt.`,
  },
  authenticator_added: {
    subject: 'Ihr Konto hat einen weiteren Authentikator',
    sentence: ({ factor }) =>
      `Ein weiterer Authentikator des Verfahrens „${factor}“ gilt jetzt beim Anmelden.`,
  },
  authenticator_renamed: {
    subject: 'Ein Authentikator Ihres Kontos heißt anders',
    sentence: ({ factor }) =>
      `Ein Authentikator des Verfahrens „${factor}“ bekam einen anderen Namen.`,
  },
  authenticator_removed: {
    subject: 'Ein Authentikator wurde aus Ihrem Konto entfernt',
    sentence: ({ factor }) => `Ein Authentikator des Verfahrens „${factor}“ wurde entfernt.`,
  },
  primary_changed: {
    subject: 'Ihr bevorzugter zweiter Faktor wurde geändert',
    sentence: ({ factor }) =>
      `Beim Anmelden wird jetzt zuerst nach dem Verfahren „${factor}“ gefragt.`,
  },
  backup_code_used: {
    subject: 'Ein Ersatzcode wurde benutzt',
    sentence: ({ codesLeft }) =>
      `Statt Ihres zweiten Faktors wurde ein Ersatzcode benutzt. Er ist verbraucht; übrig sind ${codesLeft}.`,
  },
  backup_codes_low: {
    subject: 'Ein Ersatzcode wurde benutzt, und wenige sind übrig',
    sentence: ({ codesLeft }) =>
      `Statt Ihres zweiten Faktors wurde ein Ersatzcode benutzt. Er ist verbraucht, und ${leftInGerman(codesLeft)} übrig: Erzeugen Sie neue, solange Sie sich noch anmelden können.`,
  },
  backup_codes_issued: {
    subject: 'Neue Ersatzcodes wurden erzeugt',
    sentence: () =>
      'Ein neuer Satz Ersatzcodes wurde erzeugt. Codes eines älteren Satzes gelten nicht mehr.',
  },
  backup_codes_revoked: {
    subject: 'Ersatzcodes gelten nicht mehr',
    sentence: ({ codesDied }) =>
      `Ersatzcodes Ihres Kontos, die noch nicht benutzt waren, gelten nicht mehr: ${codesDied}.`,
  },
  method_locked_for_good: {
    subject: 'Ein zweiter Faktor ist endgültig gesperrt',
    sentence: ({ factor }) =>
      `Das Verfahren „${factor}“ wurde nach hundert falschen Codes in Folge endgültig gesperrt. Es gilt erst wieder, wenn Sie es entfernen und neu einrichten. Wer sie eingab, hatte den ersten Schritt der Anmeldung hinter sich.`,
  },
  method_locked: {
    subject: 'Ein zweiter Faktor ist gesperrt',
    sentence: ({ factor }) =>
      `Das Verfahren „${factor}“ wurde nach zu vielen falschen Codes für einige Zeit gesperrt. Wer sie eingab, hatte den ersten Schritt der Anmeldung hinter sich.`,
  },
  account_locked: {
    subject: 'Ihre zweiten Faktoren sind gesperrt',
    sentence: () =>
      'Alle zweiten Faktoren Ihres Kontos wurden nach zu vielen falschen Codes für einige Zeit gesperrt. Wer sie eingab, hatte den ersten Schritt der Anmeldung hinter sich.',
  },
  session_locked: {
    subject: 'Eine Sitzung Ihres Kontos wurde beendet',
    sentence: () =>
      'Jemand, der in Ihrem Konto angemeldet war, gab zu viele falsche Codes oder Passwörter ein, in einer Sitzung oder in mehreren zusammen, und die Sitzung der letzten Eingabe wurde beendet. Die Anmeldung ist nicht gesperrt.',
  },
  second_factor_failed: {
    subject: 'Ein falscher zweiter Faktor wurde eingegeben',
    sentence: ({ factor, isSignedIn }) =>
      `Jemand${isSignedIn ? ', der in Ihrem Konto angemeldet ist,' : ' kam über den ersten Schritt der Anmeldung hinaus und'} gab für das Verfahren „${factor}“ einen falschen Nachweis. Davon schreiben wir höchstens einmal in der Stunde.`,
  },
  new_device_seen: {
    subject: 'Anmeldung an Ihrem Konto mit einem neuen Gerät',
    sentence: () =>
      'An Ihrem Konto hat sich jemand mit einem Programm angemeldet, mit dem das seit drei Monaten nicht geschehen ist.',
  },
  refresh_token_reused: {
    subject: 'Eine Sitzung Ihres Kontos wurde zur Sicherheit beendet',
    sentence: () =>
      'Ein Token, mit dem eine Ihrer Sitzungen erneuert wird, kam ein zweites Mal; vielleicht hat jemand anderes eine Kopie davon. Diese Sitzung ist beendet, und niemand kann sie fortsetzen. Melden Sie sich neu an; wenn Sie nirgends danach gefragt werden oder es wieder geschieht, ändern Sie Ihr Passwort und sehen Sie Ihre zweiten Faktoren durch.',
  },
  device_remembered: {
    subject: 'Ein Gerät Ihres Kontos ist gemerkt',
    sentence: () =>
      'An Ihrem Konto hat sich jemand mit einem zweiten Faktor angemeldet, und das Gerät ist gemerkt: Dort genügt jetzt Ihr Passwort. Wenn das Gerät nicht Ihres ist, lassen Sie es dort vergessen, wo Sie Ihr Konto verwalten.',
  },
  device_ended: {
    subject: 'Ein Gerät Ihres Kontos ist nicht mehr gemerkt',
    sentence: () =>
      'Ein gemerktes Gerät ist vergessen, durch jemanden, der angemeldet ist. Beim Anmelden wird dort wieder nach Ihrem zweiten Faktor gefragt.',
  },
  devices_ended: {
    subject: 'Kein Gerät Ihres Kontos ist mehr gemerkt',
    sentence: () =>
      'Alle gemerkten Geräte sind vergessen, durch jemanden, der angemeldet ist. Beim Anmelden wird überall wieder nach Ihrem zweiten Faktor gefragt.',
  },
  device_token_reused: {
    subject: 'Ein Gerät Ihres Kontos ist zur Sicherheit vergessen',
    sentence: () =>
      'Ein Token, das für eines Ihrer gemerkten Geräte steht, kam ein zweites Mal, zusammen mit Ihrem Passwort; vielleicht hat jemand anderes Kopien von beidem. Das Gerät ist vergessen, und beim Anmelden wird wieder nach Ihrem zweiten Faktor gefragt. Wenn Sie das nicht waren, ändern Sie Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.',
  },
  session_displaced: {
    subject: 'Eine Sitzung Ihres Kontos wurde beendet, um Platz zu machen',
    sentence: () =>
      'An Ihrem Konto hat sich noch jemand angemeldet, und es waren so viele Sitzungen offen, wie es geben darf. Die am längsten nicht benutzte ist beendet. Davon schreiben wir höchstens einmal in der Stunde.',
  },
  sessions_ended: {
    subject: 'Sitzungen Ihres Kontos wurden beendet',
    sentence: () =>
      'Alle Sitzungen Ihres Kontos bis auf eine wurden beendet, von jemandem, der angemeldet ist, oder weil Ihre zweiten Faktoren geändert wurden.',
  },
  password_changed: {
    subject: 'Ihr Passwort wurde geändert',
    sentence: () =>
      'Das Passwort Ihres Kontos wurde geändert. Mit dem alten sind alle anderen Sitzungen beendet.',
  },
  password_reset: {
    subject: 'Ihr Passwort wurde zurückgesetzt',
    sentence: () =>
      'Das Passwort Ihres Kontos wurde mit einem Link zurückgesetzt, der per Mail verschickt worden war. Alle Sitzungen, die es gab, sind beendet.',
  },
  email_changed: {
    subject: 'Die E-Mail-Adresse Ihres Kontos wurde geändert',
    sentence: () =>
      'Ihr Konto hat jetzt eine andere E-Mail-Adresse. Mails über Ihr Konto und Links, mit denen sich Ihr Passwort zurücksetzen lässt, gehen dorthin und nicht mehr an diese.',
  },
  change_repudiated: {
    subject: 'Ihr Konto ist gesichert: Bitte wählen Sie ein neues Passwort',
    sentence: () =>
      'Sie haben uns gesagt, dass eine Änderung nicht von Ihnen war. Was seither in derselben Sitzung geschah, ist rückgängig gemacht, soweit es ging. Alle Sitzungen sind beendet, und mit Ihrem Passwort meldet sich niemand mehr an. Lassen Sie Ihr Passwort dort zurücksetzen, wo Sie sich anmelden, wählen Sie eines, das Sie sonst nirgends benutzen, sehen Sie dann Ihre zweiten Faktoren durch und erzeugen Sie neue Ersatzcodes.',
  },
};

function leftInGerman(count: number): string {
  if (count === 0) return 'keiner ist';
  return count === 1 ? 'einer ist' : `nur ${count} sind`;
}
