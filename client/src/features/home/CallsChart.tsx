import { Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { Suspense, type ReactNode } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { Section } from '~/design/Section';
import { total, type Count } from './model';

const StackedBars = lazyPart(() => import('./StackedBars'));
const HEIGHT = 260;

type LabelledCount = Count & { label: string };

interface CallsChartProps {
  title: string;
  /** Of the table that screen readers read instead. */
  caption: string;
  /** Heading of the labels. */
  heading: string;
  /** Undefined while they load. */
  rows?: LabelledCount[];
  /** Shown if there were no calls. */
  empty: ReactNode;
}

/** Calls by outcome, as stacked bars and, for screen readers, as a table. */
export function CallsChart({ title, caption, heading, rows, empty }: CallsChartProps) {
  const { t } = useLingui();
  const series = [
    { name: 'answered', label: t`Answered`, color: 'harbour.6' },
    { name: 'voicemail', label: t`Voicemail`, color: 'harbour.2' },
    { name: 'missed', label: t`Missed`, color: 'red.6' },
  ] as const;
  if (!rows)
    return (
      <Section title={title}>
        <Skeleton height={HEIGHT} />
      </Section>
    );
  if (!rows.some(total))
    return (
      <Section title={title}>
        <Text c="dimmed" py="xl" ta="center">
          {empty}
        </Text>
      </Section>
    );
  return (
    <Section title={title}>
      <div aria-hidden>
        <Suspense fallback={<Skeleton height={HEIGHT} />}>
          <StackedBars rows={rows.map((row) => ({ ...row }))} series={[...series]} height={HEIGHT} />
        </Suspense>
      </div>
      <VisuallyHidden>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th>{heading}</th>
              {series.map((each) => (
                <th key={each.name}>{each.label}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.filter(total).map((row) => (
              <tr key={row.label}>
                <th scope="row">{row.label}</th>
                {series.map(({ name }) => (
                  <td key={name}>{row[name]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </Section>
  );
}
