import { UnreadFields } from '../../contract/read-fields.js';
import { noChallenge, problemOfRefusal } from './refusals.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';

describe('noChallenge', () => {
  it.each<[ChallengePurpose, string, string]>([
    ['login', 'invalid_token', 'Invalid token'],
    ['step_up', 'invalid_token', 'Invalid token'],
    ['enrol', 'invalid_code', 'Invalid OTP code'],
    ['manage', 'invalid_code', 'Invalid OTP code'],
  ])('blames what a %s was named by', (purpose, code, message) => {
    const problem = noChallenge({ purpose, wrongProofDetail: 'Invalid OTP code' });
    expect(problem).toMatchObject({ code, message });
  });
});

describe('problemOfRefusal', () => {
  it.each<[ChallengePurpose, string]>([
    ['login', 'invalid_token'],
    ['manage', 'validation_failed'],
  ])('blames the fields of a %s without a challenge with %s', (purpose, code) => {
    const errors = new Map([['email', new UnreadFields([['code', ['Not a valid string.']]])]]);
    const request = { purpose, wrongProofDetail: 'Invalid OTP code' };
    const problem = problemOfRefusal({ reason: 'no_challenge' }, request, errors, new Date(0));
    expect(problem.code).toBe(code);
  });
});
