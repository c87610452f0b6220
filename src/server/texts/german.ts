import { GERMAN_KINDS } from './german-kinds.js';
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
  kinds: GERMAN_KINDS,
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
