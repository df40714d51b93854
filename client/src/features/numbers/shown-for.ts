import type { PublicNumber } from '~/api';
import { withoutPriority } from '~/features/routing';

/** The number that calls outside in the name of a group or queue show; undefined for that of the route. */
export function shownNumber(
  owner: string,
  numbers: readonly Pick<PublicNumber, 'display' | 'destination' | 'shown_for'>[],
): string | undefined {
  const chosen = numbers.find(({ shown_for }) => shown_for.includes(owner));
  return (chosen ?? numbers.find(({ destination }) => withoutPriority(destination) === owner))?.display;
}
