import { type PresetName } from '../../../src/server/config/settings/preset-names.js';
import { startServerUnder, type TestServer } from './preset-server.js';

/** How far a clause of a norm is met. */
export type Verdict = 'met' | 'met in part' | 'not met' | 'left to the operator' | 'not applicable';

/** One clause of a norm, and what shows how far it is met. */
export interface Clause {
  /** As the norm counts: `ASVS 6.5.5` is of version 5.0, `NIST 3.2.2` of SP 800-63B-4. */
  readonly id: string;
  /** What it asks, in our words. */
  readonly asks: string;
  readonly verdict: Verdict;
  /** What is missing, or why it is somebody else's; absent where it is met. */
  readonly because?: string;
  /** Shows what is met on a server that is held to the preset. */
  readonly show?: (server: TestServer) => Promise<void>;
  /** Specs that show it, or more of it. */
  readonly seenIn?: readonly string[];
}

/** Walks the clauses on one server that is held to the preset. */
export function describeClauses(preset: PresetName, clauses: readonly Clause[]): void {
  describe(`MFA_PRESET=${preset}`, () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startServerUnder(preset);
    });
    afterAll(() => server.stop());

    for (const clause of clauses) {
      const { show } = clause;
      if (show !== undefined) it(testNameOf(clause), () => show(server));
    }
  });
}

/** The name of a clause's own test, as the document shows it. */
export function testNameOf({ id, asks }: Clause): string {
  return `${id}: ${asks}`;
}
