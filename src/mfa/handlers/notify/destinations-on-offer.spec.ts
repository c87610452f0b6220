import { destinationsOnOffer } from './destinations-on-offer.js';

const all = ['family', 'office', 'door'].map((id) => ({ id, name: `The ${id}` }));
const idsOf = (rule: object) => destinationsOnOffer(all, { name: 'notify', ...rule });

describe('destinationsOnOffer', () => {
  it.each([
    [{}, ['family', 'office', 'door']],
    [{ include: ['door', 'family'] }, ['family', 'door']],
    [{ exclude: ['office'] }, ['family', 'door']],
    [{ include: ['door', 'office'], exclude: ['office'] }, ['door']],
  ])('with %j, offers %j', (rule, ids) => {
    expect(idsOf(rule).map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    [{ include: ['dor'] }, 'include names "dor"; there is family, office, door.'],
    [{ exclude: ['dor'] }, 'exclude names "dor"; there is family, office, door.'],
    [{ include: [] }, 'no destination is on offer: set one up, or take the handler off the list.'],
    [{ include: ['door'], exclude: ['door'] }, 'no destination is on offer'],
  ])('refuses %j', (rule, error) => {
    expect(() => idsOf(rule)).toThrow(`MFA handler "notify": ${error}`);
  });

  it('refuses two of one id, and none at all', () => {
    expect(() => destinationsOnOffer([...all, ...all], { name: 'notify' })).toThrow(
      'MFA handler "notify": two destinations have the id "family": give one of them another.',
    );
    expect(() => destinationsOnOffer([], { name: 'notify' })).toThrow('no destination is on offer');
    expect(() => destinationsOnOffer([], { name: 'notify', include: ['door'] })).toThrow(
      'include names "door"; there is no destination.',
    );
  });
});
