import { format, resolveConfig } from 'prettier';
import { PRESET_NAMES, type PresetName } from '../../../src/server/config/settings/preset-names.js';
import { CLAUSES } from '../clauses/all.js';
import { type Clause, testNameOf } from './clause.js';

const HEADINGS: Readonly<Record<PresetName, string>> = {
  standard: 'Without a preset: `MFA_PRESET=standard`',
  'asvs-l2': 'OWASP ASVS 5.0, level 2: `MFA_PRESET=asvs-l2`',
  'asvs-l3': 'OWASP ASVS 5.0, level 3: `MFA_PRESET=asvs-l3`',
  'nist-aal2': 'NIST SP 800-63B-4, AAL2: `MFA_PRESET=nist-aal2`',
};

const PREFACE = `# Norms, clause by clause

Made by \`npm run conformance\`, which runs the tests in \`test/conformance\` and writes this page when all have passed: do
not edit it. A clause with a test of its own is tried on a server that is held to the preset. Specs that are named beside
it show more of it; \`npm test\` runs them all. What a clause asks is in our words, its number is the norm's. Clauses that
have nothing to do with second factors are not here, and what depends on how a server is run, such as TLS, is its
operator's.

[configuration.md](configuration.md#presets) tells what each preset sets and refuses.`;

const VERDICTS = `| Verdict | Means that |
| --- | --- |
| met | the tests show all that the clause asks |
| met in part | they show some of it; what is missing is said |
| not met | the clause asks for something that is not there |
| left to the operator | the operator of the server does it, by the means that are named |
| not applicable | the clause is about something that the server does not have |`;

/** The text of docs/conformance.md. */
export async function renderConformance(): Promise<string> {
  const sections = PRESET_NAMES.map((preset) => sectionOf(preset, CLAUSES[preset]));
  const options = await resolveConfig('docs/conformance.md');
  const text = [PREFACE, VERDICTS, ...sections].join('\n\n');
  return format(text, { ...options, parser: 'markdown' });
}

function sectionOf(preset: PresetName, clauses: readonly Clause[]): string {
  const rows = clauses.map((clause) =>
    [clause.id, clause.asks, verdictOf(clause), testsOf(preset, clause)].join(' | '),
  );
  const head = ['Clause | Asks that | Verdict | Test', '--- | --- | --- | ---'];
  return `## ${HEADINGS[preset]}\n\n${[...head, ...rows].map((row) => `| ${row} |`).join('\n')}`;
}

function verdictOf({ verdict, because }: Clause): string {
  return because === undefined ? verdict : `${verdict}: ${because}`;
}

function testsOf(preset: PresetName, clause: Clause): string {
  const own = `\`test/conformance/${preset}.spec.ts\`, "${testNameOf(clause)}"`;
  const others = (clause.seenIn ?? []).map((path) => `\`${path}\``);
  return [...(clause.show === undefined ? [] : [own]), ...others].join('; ') || '–';
}
