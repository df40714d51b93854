import { useLingui } from '@lingui/react/macro';
import type { Suggestion } from '~/api';

/** Text of the hours in which a party usually answers; "" if they are unknown. */
export function useUsualTime() {
  const { t } = useLingui();
  return (best: Suggestion['best_time']) => {
    if (!best) return '';
    const { days, from_hour: from, until_hour: until } = best;
    return days === 'weekdays'
      ? t`Usually answers Mon–Fri ${from}–${until}`
      : t`Usually answers Sat–Sun ${from}–${until}`;
  };
}
