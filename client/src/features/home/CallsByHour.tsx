import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { CallsChart } from './CallsChart';
import { shownHours, type Count } from './model';

interface CallsByHourProps {
  caption: string;
  /** 24 hours; undefined while they load. */
  hours?: Count[];
  /** Shown if there were no calls. */
  empty: ReactNode;
}

/** Calls by hour of the day, in the working hours and whenever there were calls. */
export function CallsByHour({ caption, hours, empty }: CallsByHourProps) {
  const { t, i18n } = useLingui();
  const [first, last] = shownHours(hours ?? []);
  const label = (hour: number) => i18n.date(new Date(2026, 0, 1, hour), { hour: 'numeric' });
  const rows = hours?.slice(first, last + 1).map((count, index) => ({ label: label(first + index), ...count }));
  return <CallsChart title={t`Calls by hour`} caption={caption} heading={t`Hour`} rows={rows} empty={empty} />;
}
