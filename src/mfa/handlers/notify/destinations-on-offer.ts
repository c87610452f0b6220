import { listOf, objectOf, refuseMisfit, TEXT } from '../../contract/given-value.js';
import { type NotifyDestination } from './notify-destinations.js';

/** Which of all destinations a handler offers. */
export interface OfferRule {
  /** The handler's name. */
  readonly name: string;
  /** Ids; absent: all. */
  readonly include?: readonly string[];
  /** Ids; an id in both lists is excluded. */
  readonly exclude?: readonly string[];
}

const DESTINATIONS = listOf(objectOf({ id: TEXT, name: TEXT }));

/**
 * The destinations that remain, in their order.
 *
 * @throws {Error} when this is no list of destinations, two share an id, a rule names an unknown id
 *   (a misspelt exclusion would leave its destination on offer), or none remains
 */
export function destinationsOnOffer(
  all: readonly NotifyDestination[],
  { name, include, exclude = [] }: OfferRule,
): readonly NotifyDestination[] {
  refuseMisfit('NotifyDestinations.list', all, DESTINATIONS);
  const refuse = (error: string) => new Error(`MFA handler "${name}": ${error}`);
  const ids = all.map(({ id }) => id);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double !== undefined) {
    throw refuse(`two destinations have the id "${double}": give one of them another.`);
  }
  const rules = Object.entries({ include: include ?? [], exclude });
  const unknown = rules.flatMap(([rule, named]) =>
    named.filter((id) => !ids.includes(id)).map((id) => `${rule} names "${id}"`),
  );
  if (unknown[0] !== undefined) {
    throw refuse(`${unknown[0]}; there is ${ids.join(', ') || 'no destination'}.`);
  }
  const offered = all.filter(({ id }) => (include ?? ids).includes(id) && !exclude.includes(id));
  if (offered.length > 0) return offered;
  throw refuse('no destination is on offer: set one up, or take the handler off the list.');
}
