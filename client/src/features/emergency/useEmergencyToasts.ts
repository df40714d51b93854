import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { events } from '~/api/events';
import { toast } from '~/core/toasts';

/** Tells those who are to be alerted that an emergency number is called, and how the call has ended. */
export function useEmergencyToasts(): void {
  const { t } = useLingui();
  useEffect(
    () =>
      events.on('emergency_call', ({ extension, number, location, state }) => {
        const call = [extension, number].filter(Boolean).join(' → ');
        if (state === 'answered') toast({ message: t`Emergency call ${call}: answered, and ended` });
        else if (state === 'unanswered') toast({ message: t`Emergency call ${call}: NOT answered` });
        else toast({ message: location ? t`Emergency call ${call} from ${location}` : t`Emergency call ${call}` });
      }),
    [t],
  );
}
