import { useEffect } from 'react';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { useNumberFormat } from '~/features/phone-numbers';
import { parked } from './parked';

/** The parked calls of the tenant by their slot, with the name or number of the caller as it is shown. */
export function useParkedCalls(): { place: number; caller: string }[] {
  const { t } = useLingui();
  const calls = useValue(parked.state);
  const formatted = useNumberFormat();
  useEffect(() => void parked.refresh(), []);
  return calls.map(({ place, name, number }) => ({ place, caller: name || formatted(number) || t`Withheld number` }));
}
