/// <reference types="jest" />
import {
  confirm,
  enrol,
  enrolBeside,
  type HandlerHarness,
  inputOf,
  openLogin,
} from './handler-ceremony.js';

/** Rules for handlers with several authenticators of one subject. A handler with one keeps them all. */
export function describeSeveral<S, D, F, P>(harness: HandlerHarness<S, D, F, P>): void {
  /** Two confirmed authenticators of one subject. Null: the handler holds one. */
  async function enrolTwo() {
    const { handler, ceremony } = await enrol(harness);
    if ((handler.maxAuthenticators ?? 1) === 1) return null;
    const first = await confirm(harness, handler, ceremony);
    const enrolled = [first.state];
    const before = JSON.stringify(enrolled);
    const { otherFields = harness.fields } = harness;
    const beside = await enrolBeside({ ...harness, fields: otherFields }, handler, enrolled);
    expect(JSON.stringify(enrolled)).toBe(before);
    const second = await confirm(harness, handler, beside.ceremony);
    return { handler, first, second };
  }

  it('where it holds several, sets up another one beside the first', async () => {
    const two = await enrolTwo();
    if (two !== null) expect(two.second.state).not.toEqual(two.first.state);
  });

  it('where it holds several, asks for all at once and takes a proof for one of them', async () => {
    const two = await enrolTwo();
    if (two === null) return;
    const { handler, first, second } = two;
    const states: [S, S] = [first.state, second.state];
    const login = await openLogin(first, handler, ...states);
    const ceremony = login?.ceremony ?? first;
    const proof = await harness.makeProof(ceremony);
    const verdicts = states.map((state) => handler.verify(inputOf({ ...ceremony, state }, proof)));
    const taken = (await Promise.all(verdicts)).filter(({ ok }) => ok);
    expect(taken).toHaveLength(1);
  });
}
