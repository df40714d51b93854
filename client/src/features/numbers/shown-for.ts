import type { PublicNumber } from '~/api';
import { conditionOf, withoutPriority } from '~/features/routing';

type Numbered = Pick<PublicNumber, 'id' | 'display' | 'destination' | 'shown_for'>;
/** The `shown_for` of a number by its id. */
export type ShownFor = Pick<Numbered, 'id' | 'shown_for'>;

/** The number that is chosen for the calls outside of an extension, such as `1001`, or of a group or queue, such as
 *  `queue:6500`. */
export const chosenNumber = <T extends Numbered>(owner: string, numbers: readonly T[]): T | undefined =>
  numbers.find(({ shown_for }) => shown_for.includes(owner));

/** The number that its calls outside show if none is chosen; undefined for that of the route. */
export const leadingNumber = <T extends Numbered>(owner: string, numbers: readonly T[]): T | undefined =>
  numbers.find(({ destination }) => [owner, `extension:${owner}`].includes(withoutPriority(destination)));

/** The changes that make the number `id` the one shown for the owner, '' for none; the new one comes first, so that a
 *  failure in between leaves a number. */
export function choosing(owner: string, id: string, numbers: readonly Numbered[]): ShownFor[] {
  const added = numbers.filter((each) => each.id === id && !each.shown_for.includes(owner));
  const removed = numbers.filter((each) => each.id !== id && each.shown_for.includes(owner));
  return [
    ...added.map((each) => ({ id: each.id, shown_for: [...each.shown_for, owner] })),
    ...removed.map((each) => ({ id: each.id, shown_for: each.shown_for.filter((other) => other !== owner) })),
  ];
}

type Update = (
  wanted: ShownFor,
  headers: ReturnType<typeof conditionOf>,
) => Promise<{ data: Pick<PublicNumber, 'version'> }>;

/** Returns a function that stores such changes one after the other. Each is refused if others have changed the number since
 *  it was read, or since the function has stored it. */
export function savingEach(numbers: readonly Pick<PublicNumber, 'id' | 'version'>[], update: Update) {
  const versions = new Map(numbers.map(({ id, version }) => [id, version]));
  return async (changes: readonly ShownFor[]) => {
    for (const wanted of changes) {
      const { data } = await update(wanted, conditionOf(versions.get(wanted.id)));
      versions.set(wanted.id, data.version);
    }
  };
}
