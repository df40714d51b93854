import { useEffect } from 'react';
import { expect, it, vi } from 'vitest';
import { session } from '~/api/session';
import { disown, own } from '~/core/device-storage';
import { colleagues } from '~/features/directory';
import { phone } from '~/sip';
import CallLayer from './CallLayer';
import { rendered } from '../../../test/rendered';
import { eventually } from '../../../test/eventually';

vi.mock('./useCallHistory', () => ({ useCallHistory: () => undefined }));

/** Its effect runs after those of the elements before it. */
function Last({ shown }: { shown: () => void }) {
  useEffect(shown);
  return null;
}

const ME = { person: { id: 'ada' }, extensions: [] } as never;

it.each([
  ['starts the phone of a user', own, 1],
  ['starts nothing once the user leaves', disown, 0],
])('%s', async (_, become, times) => {
  session.setState(() => ({ state: 'in', me: ME, stale: false }));
  become();
  const started = vi.spyOn(phone, 'start').mockReturnValue(undefined);
  const opened = vi.spyOn(colleagues, 'open').mockResolvedValue(undefined);
  const shown = vi.fn();
  rendered(
    <>
      <CallLayer reachable />
      <Last shown={shown} />
    </>,
  );
  await eventually(() => expect(shown).toHaveBeenCalled());
  expect([started.mock.calls.length, opened.mock.calls.length]).toEqual([times, times]);
});
