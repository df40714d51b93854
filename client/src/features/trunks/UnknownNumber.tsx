import { Plural, Trans } from '@lingui/react/macro';
import { type Trunk } from '~/api';
import { formatDateTime } from '~/design/dates';

/** Calls of the carrier to numbers that are not set up, and what to do. */
export function UnknownNumber({ calls: { number, at, calls } }: { calls: NonNullable<Trunk['unknown_number']> }) {
  const time = formatDateTime(at);
  return (
    <Trans>
      <Plural value={calls} one="One call was" other="# calls were" /> rejected, last at {time}: the number {number} is
      not set up for this trunk. Check how the carrier writes your numbers, and add it under Numbers.
    </Trans>
  );
}
