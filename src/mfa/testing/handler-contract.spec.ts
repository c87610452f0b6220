import 'reflect-metadata';
import { Allow, IsString } from 'class-validator';
import { type JsonObject, type MfaHandler, type VerifyInput } from '../contract/handler.js';
import { type RandomSource } from '../contract/random.js';
import { FakeClock } from './fake-clock.js';
import { FakeRandomSource } from './fake-random-source.js';
import { describeHandlerContract, type HandlerHarness } from './handler-contract.js';

class WordProof {
  @IsString()
  readonly word!: string;
}

/** A schema that does not restrict its field. */
class MuteProof {
  @Allow()
  readonly word!: unknown;
}

interface WordState {
  readonly word: string;
}

type Words = MfaHandler<WordState, never, object, WordProof>;

/** Draws a word at set-up and asks for it at login. It keeps every rule. */
class WordHandler implements Words {
  readonly name: string = 'word';
  readonly displayName: string = 'Word';
  readonly amr: readonly string[] = ['kba'];
  readonly requiresDispatch: boolean = false;
  readonly maxAuthenticators: number = 2;
  readonly proofSchema = WordProof;
  readonly stateVersion = 1;

  constructor(private readonly random: RandomSource) {}

  parseState(state: unknown, version: number): WordState {
    const { word } = (state ?? {}) as Partial<WordState>;
    if (version !== 1 || typeof word !== 'string') throw new Error('This is not a word.');
    return { word };
  }

  async setup() {
    const word = this.random.bytes(8).toString('hex');
    return { state: { word }, response: { word } };
  }

  async verify({ state, proof }: VerifyInput<WordState, never, WordProof>) {
    return proof.word === state.word ? { ok: true as const, state } : { ok: false as const };
  }

  describe(): JsonObject {
    return {};
  }
}

function harnessOf(changes: Partial<Words>): HandlerHarness<WordState, never, object, WordProof> {
  return {
    makeHandler: () => Object.assign(new WordHandler(new FakeRandomSource()), changes),
    subject: {
      id: 'u1',
      displayName: 'ada',
      addresses: {},
      isEnabled: true,
      credentialsVersion: '1',
    },
    fields: {},
    now: new FakeClock().now(),
    makeProof: async ({ state }) => ({ word: state.word }),
    makeWrongProofs: async ({ state }) => [{ word: `${state.word}s` }],
    makeTypedProof: (word) => ({ word }),
    secretsOf: ({ state }) => [state.word],
  };
}

/** Runs the rules without Jest and returns the broken ones. */
async function brokenRules(harness: ReturnType<typeof harnessOf>): Promise<string[]> {
  const rules = new Map<string, () => unknown>();
  const { describe, it } = globalThis;
  Object.assign(globalThis, {
    describe: (_: string, body: () => void) => body(),
    it: (title: string, rule: () => unknown) => rules.set(title, rule),
  });
  describeHandlerContract('Words', harness);
  Object.assign(globalThis, { describe, it });
  const broken = [...rules].map(async ([title, rule]) => {
    try {
      await rule();
      return [];
    } catch {
      return [title];
    }
  });
  return (await Promise.all(broken)).flat();
}

const sound = new WordHandler(new FakeRandomSource());
const lasting = { word: 'always this one' };
let calls = 0;

const FAULTS: readonly [rule: string, fault: Partial<Words>][] = [
  ['has a name of lower snake case', { name: 'Word' }],
  ['has a name for people', { displayName: ' ' }],
  ['has registered method references', { amr: ['word'] }],
  ['has registered method references', { amr: [] }],
  ['says that nobody can guess', { isGuessable: false }],
  ['holds one authenticator', { maxAuthenticators: 0 }],
  ['holds one authenticator', { maxAuthenticators: 2.5 }],
  ['asks in schemas that say', { proofSchema: MuteProof }],
  ['takes the fields of a set-up', { setupSchema: WordProof }],
  // A handler in plain JavaScript might return it.
  ['shows nothing that JSON would lose', { describe: () => ({ at: NaN }) }],
  ['lets go of what it holds', { dispose: () => Promise.reject(new Error('down')) }],
  [
    'refuses junk as a state',
    { parseState: (state) => sound.parseState({ word: '', ...(Object(state) as object) }, 1) },
  ],
  ['refuses a state of a version', { parseState: (state) => sound.parseState(state, 1) }],
  ['makes a state and challenge data that survive', { parseState: () => lasting }],
  ['takes a right proof of a fresh', { verify: async () => ({ ok: false }) }],
  [
    'takes a right proof of a fresh',
    { verify: async (input) => ({ ...(await sound.verify(input)), amr: ['word'] }) },
  ],
  ['answers wrong proofs', { verify: async ({ state }) => ({ ok: true, state }) }],
  [
    'answers odd texts',
    {
      verify: async (input) =>
        BigInt(input.proof.word.length) > 99n
          ? Promise.reject(new Error('long'))
          : sound.verify(input),
    },
  ],
  [
    'judges the same input alike',
    { verify: async ({ state }) => ({ ok: (calls += 1) % 2 === 0, state }) },
  ],
  ['shows nothing secret in what lists show', { describe: ({ word }) => ({ word }) }],
  [
    'shows nothing secret in the answer of a login',
    { challenge: async ({ states: [{ word }] }) => ({ data: null as never, response: { word } }) },
  ],
  ['sends something at login', { requiresDispatch: true }],
  [
    'where it holds several, sets up another',
    { setup: async () => ({ state: lasting, response: {} }) },
  ],
  [
    'where it holds several, asks for all',
    { setup: async () => ({ state: lasting, response: {} }) },
  ],
];

describe('describeHandlerContract', () => {
  it('finds nothing wrong with a handler that keeps the rules', async () => {
    expect(await brokenRules(harnessOf({}))).toEqual([]);
  });

  it('takes method references that the harness knows beside the registered ones', async () => {
    const harness = harnessOf({ amr: ['word'] });
    expect(await brokenRules({ ...harness, ownAmr: ['word'] })).toEqual([]);
  });

  it('takes a proof at every challenge only where the harness says that it is reusable', async () => {
    const challenge: Words['challenge'] = async () => ({ data: {} as never, response: {} });
    const harness = harnessOf({ challenge });
    const rule = 'takes no proof of another challenge, unless its proofs are reusable';
    expect(await brokenRules(harness)).toEqual([rule]);
    expect(await brokenRules({ ...harness, hasReusableProofs: true })).toEqual([]);
    const codes = harnessOf({ challenge, amr: ['otp'] });
    expect(await brokenRules({ ...codes, hasReusableProofs: true })).toContain(rule);
  });

  it.each(FAULTS)('%s… is broken by what breaks it: %#', async (rule, fault) => {
    const broken = await brokenRules(harnessOf(fault));
    expect(broken.filter((title) => title.startsWith(rule))).toHaveLength(1);
  });
});
