import { type LanguageTexts } from './language-texts.js';

/** The texts in German. */
export const german: LanguageTexts = {
  locale: 'de-DE',
  greeting: 'Guten Tag,',
  when: 'Wann',
  from: 'Woher',
  device: 'Womit',
  unknown: 'unbekannt',
  program: ({ browser, system }) => (system === null ? browser : `${browser} unter ${system}`),
  unknownProgram: 'unbekanntes Programm',
  notMe: (lasts) =>
    `Wenn Sie das nicht waren, öffnen Sie den Link und drücken Sie dort den Knopf. Damit enden alle Sitzungen, dies und alles, was seither in derselben Sitzung geändert wurde, wird rückgängig gemacht, soweit das geht, und Ihr Passwort gilt nicht mehr, bis Sie es zurücksetzen. Der Link gilt einmal, ${lasts} lang:`,
  itWasMe: 'Wenn Sie das waren, ist nichts zu tun.',
  hours: (count) => (count === 1 ? 'eine Stunde' : `${count} Stunden`),
  more: (count, lastAt) =>
    `Dasselbe geschah in dieser Sitzung noch ${count === 1 ? 'einmal' : `${count}-mal`}, zuletzt am ${lastAt}. Diese Mail steht für alle.`,
  left: ({ methods, codes }) =>
    `Zweite Faktoren, die jetzt aktiv sind: ${methods.length === 0 ? 'keine' : methods.join(', ')}. Übrige Ersatzcodes: ${codes}.`,
  kinds: {
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
    password_removed: {
      subject: 'Ihr Passwort wurde entfernt',
      sentence: () =>
        'Das Passwort Ihres Kontos wurde entfernt. Von nun an melden Sie sich allein mit einem Passkey an. Alle anderen Sitzungen sind beendet.',
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
  },
  code: {
    language: 'de',
    subject: (time) => `Ihr Bestätigungscode (${time})`,
    intro: (applicationName) => `ist Ihr Bestätigungscode für ${applicationName}.`,
    validity: (minutes) =>
      `Er gilt ${minutes === 1 ? 'eine Minute' : `${minutes} Minuten`} lang und einmal, für die Anfrage, zu der er geschickt wurde.`,
    warning:
      'Wenn Sie das nicht waren, geben Sie den Code niemandem und ändern Sie Ihr Passwort: Vielleicht kennt es jemand.',
  },
  reset: {
    subject: 'Wählen Sie ein neues Passwort',
    lead: 'Jemand hat für Ihr Konto um ein neues Passwort gebeten. Hier wählen Sie eines:',
    link: 'Neues Passwort wählen',
    end: (minutes) =>
      `Der Link gilt einmal, ${minutes} Minuten lang. Wenn Sie nicht darum gebeten haben, ist nichts zu tun: Ihr Passwort bleibt, wie es ist.`,
  },
  resetPage: {
    title: 'Neues Passwort wählen',
    explanation:
      'Wählen Sie ein Passwort mit mindestens 8 Zeichen, das Sie sonst nirgends benutzen. Mit dem alten enden alle Sitzungen Ihres Kontos.',
    newPassword: {
      label: 'Neues Passwort',
      oldLabel: 'Früheres Passwort',
      oldNeeded:
        'Ihr zweiter Faktor oder Ihre Adresse wurde zurückgenommen, deshalb genügt die Mail allein nicht: Bitte geben Sie auch Ihr früheres Passwort ein.',
      oldWrong: 'Das frühere Passwort stimmt nicht. Nach fünf falschen Eingaben endet der Link.',
      weak: 'Bitte wählen Sie ein anderes: mindestens 8 Zeichen, und weder Ihren Benutzernamen noch Ihre Adresse.',
    },
    button: 'Neues Passwort speichern',
    done: 'Erledigt. Melden Sie sich mit Ihrem neuen Passwort an.',
    refused:
      'Dieser Link wurde schon benutzt oder gilt nicht mehr. Lassen Sie sich dort, wo Sie sich anmelden, einen neuen schicken.',
    failed: 'Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
  },
  verification: {
    subject: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
    linkLead:
      'Mit dieser Adresse wurde ein Konto eröffnet. Wenn es Ihres ist, bestätigen Sie die Adresse hier:',
    link: 'Adresse bestätigen',
    linkLasts: (lasts) => `Der Link gilt einmal, ${lasts} lang.`,
    codeLead:
      'Mit dieser Adresse wurde ein Konto eröffnet. Wenn es Ihres ist, geben Sie diesen Code dort ein, wo Sie angemeldet sind:',
    codeLasts: (minutes) =>
      `Der Code gilt einmal, ${minutes === 1 ? 'eine Minute' : `${minutes} Minuten`} lang. Geben Sie ihn niemandem.`,
    notMine:
      'Wenn Sie nicht darum gebeten haben, ist nichts zu tun: Bis die Adresse bestätigt ist, schicken wir nichts anderes dorthin.',
  },
  addressChange: {
    asked: {
      subject: 'Bitte bestätigen Sie Ihre neue E-Mail-Adresse',
      linkLead:
        'Ein Konto soll diese Adresse statt seiner bisherigen bekommen. Wenn es Ihres ist, bestätigen Sie die Adresse hier, solange Sie dort angemeldet sind, wo Sie darum gebeten haben:',
      link: 'Neue Adresse bestätigen',
      codeLead:
        'Ein Konto soll diese Adresse statt seiner bisherigen bekommen. Wenn es Ihres ist, geben Sie diesen Code dort ein, wo Sie darum gebeten haben:',
      notMine:
        'Wenn Sie nicht darum gebeten haben, ist nichts zu tun: Bis die Adresse bestätigt ist, ändert sich nichts.',
    },
    taken: {
      subject: 'Ihre E-Mail-Adresse wurde für ein anderes Konto angegeben',
      lead: 'Jemand hat darum gebeten, dass ein anderes Konto diese Adresse bekommt. Ihr Konto hat sie schon und behält sie; es ist nichts zu tun. Falls Sie das waren: Eine Adresse kann nur zu einem Konto gehören.',
    },
  },
  signIn: 'Weiter zur Anmeldung',
  verifyPage: {
    title: 'E-Mail-Adresse bestätigen',
    explanation:
      'Der Knopf bestätigt, dass diese Adresse Ihnen gehört. Drücken Sie ihn nur, wenn Sie das Konto selbst eröffnet haben.',
    button: 'Adresse bestätigen',
    done: 'Erledigt. Ihre Adresse ist bestätigt.',
    refused:
      'Dieser Link wurde schon benutzt oder gilt nicht mehr. Lassen Sie sich dort, wo Sie sich anmelden, einen neuen schicken.',
    failed: 'Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
  },
  changePage: {
    title: 'Neue E-Mail-Adresse bestätigen',
    explanation:
      'Der Knopf gibt Ihrem Konto diese Adresse statt seiner bisherigen. Drücken Sie ihn nur, wenn Sie selbst darum gebeten haben.',
    button: 'Neue Adresse bestätigen',
    done: 'Erledigt. Ihr Konto hat die neue Adresse.',
    refused:
      'Dieser Link wurde schon benutzt oder gilt nicht mehr: Er gilt, solange Sie dort angemeldet sind, wo Sie darum gebeten haben. Lassen Sie sich dort einen neuen schicken.',
    failed: 'Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
  },
  notMePage: {
    title: 'Waren Sie das nicht?',
    explanation:
      'Der Knopf beendet alle Sitzungen Ihres Kontos, macht die Änderung rückgängig, von der wir Ihnen geschrieben haben, und alles, was seither in derselben Sitzung geändert wurde, soweit das geht, und setzt Ihr Passwort außer Kraft, bis Sie es per Mail zurücksetzen.',
    button: 'Das war ich nicht',
    undone: { lead: 'Zurückgenommen:', notUndone: 'ließ sich nicht rückgängig machen' },
    done: 'Erledigt. Alle Sitzungen sind beendet. Eine Mail sagt Ihnen, was als Nächstes zu tun ist.',
    refused:
      'Dieser Link wurde schon benutzt oder gilt nicht mehr. In der neuesten Mail steht einer, der gilt.',
    failed: 'Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
  },
};

function leftInGerman(count: number): string {
  if (count === 0) return 'keiner ist';
  return count === 1 ? 'einer ist' : `nur ${count} sind`;
}
