import { Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { lazy, Suspense } from 'react';
import { Section } from '~/design/Section';
import { shownHours, total, type Summary } from './model';

const HourChart = lazy(() => import('./HourChart'));
const HEIGHT = 260;

/** Calls of today by hour, as a chart and, for screen readers, as a table. */
export function CallsToday({ summary }: { summary?: Summary }) {
  const { t, i18n } = useLingui();
  const series = [
    { name: 'answered', label: t`Answered`, color: 'harbour.6' },
    { name: 'voicemail', label: t`Voicemail`, color: 'harbour.2' },
    { name: 'missed', label: t`Missed`, color: 'red.6' },
  ] as const;
  if (!summary)
    return (
      <Section title={t`Calls by hour`}>
        <Skeleton height={HEIGHT} />
      </Section>
    );
  const [first, last] = shownHours(summary.hours);
  const label = (hour: number) => i18n.date(new Date(2026, 0, 1, hour), { hour: 'numeric' });
  const rows = summary.hours.slice(first, last + 1).map((count, index) => ({ hour: label(first + index), ...count }));
  return (
    <Section title={t`Calls by hour`}>
      {total(summary.today) === 0 ? (
        <Text c="dimmed" py="xl" ta="center">
          <Trans>No calls today yet.</Trans>
        </Text>
      ) : (
        <>
          <div aria-hidden>
            <Suspense fallback={<Skeleton height={HEIGHT} />}>
              <HourChart rows={rows} series={[...series]} height={HEIGHT} />
            </Suspense>
          </div>
          <VisuallyHidden>
            <table>
              <caption>{t`Calls of today by hour`}</caption>
              <thead>
                <tr>
                  <th>{t`Hour`}</th>
                  {series.map((each) => (
                    <th key={each.name}>{each.label}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows
                  .filter((row) => total(row))
                  .map((row) => (
                    <tr key={row.hour}>
                      <th scope="row">{row.hour}</th>
                      {series.map(({ name }) => (
                        <td key={name}>{row[name]}</td>
                      ))}
                    </tr>
                  ))}
              </tbody>
            </table>
          </VisuallyHidden>
        </>
      )}
    </Section>
  );
}
