import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import type { Breach } from '~/api';
import { formatDateTime } from '~/design/dates';
import { topicsOf } from './breach';
import { processingRecord, type Language } from './policy-state';
import { BANDS } from './request-texts';

type Former = Partial<Pick<Breach, 'categories' | 'band' | 'high_risk' | 'authority_informed'>>;

/** The values that a change of the record of a breach has replaced, from a note in its history. */
export function FormerBreach({ note }: { note: string }) {
  const { t, i18n } = useLingui();
  const record = useQuery(processingRecord(i18n.locale as Language));
  const { categories, band, high_risk, authority_informed: informed } = JSON.parse(note) as Former;
  const topics = record.data?.data ?? [];
  const titles =
    categories && topicsOf(categories, topics).map((key) => topics.find((each) => each.key === key)!.title);
  const rows: [string, string | undefined][] = [
    [t`Data affected`, titles && (titles.join(', ') || categories.join(', ') || t`none`)],
    [t`People affected`, band && t(BANDS[band])],
    [t`High risk for the people`, high_risk === undefined ? undefined : high_risk ? t`Yes` : t`No`],
    [t`Authority informed at`, informed === undefined ? undefined : informed ? formatDateTime(informed) : t`not yet`],
  ];
  return rows.map(
    ([label, value]) =>
      value !== undefined && (
        <Text key={label} size="sm" c="dimmed">
          {t`Before:`} {label}: {value}
        </Text>
      ),
  );
}
