import { Trans } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { calls, useDayText } from '~/features/history';
import type { Call } from '~/sip';

/** When the user last talked with the caller. Renders nothing if that is not known. */
export function CallerNote({ call, className }: { call: Call; className: string | undefined }) {
  const dayOf = useDayText();
  const last = useValue(calls.state, (each) =>
    each.calls.find(({ number, seconds, kind }) => number === call.number && seconds > 0 && kind !== 'test'),
  );
  useEffect(() => void calls.open(), []);
  if (!call.number || !last) return null;
  const when = dayOf(last.started);
  return (
    <p className={className}>
      <Trans>Last talked: {when}</Trans>
    </p>
  );
}
