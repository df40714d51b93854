import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { OwnDisclosure } from '~/api';
import { formatDate } from '~/design/dates';
import { DISCLOSED_CATEGORIES } from './request-texts';

type Scope = Pick<OwnDisclosure, 'categories' | 'since' | 'until' | 'other_parties'>;

/** The limits of the file of a disclosure: categories, period, other people. */
export function DisclosedScope({ scope: { categories, since, until, other_parties } }: { scope: Scope }) {
  const { t } = useLingui();
  if (categories.length === 0) return null;
  const names = categories.map((each) => t(DISCLOSED_CATEGORIES[each])).join(' · ');
  const first = since && formatDate(since);
  const last = until && formatDate(new Date(Date.parse(until) - 1).toISOString());
  return (
    <Text size="sm" c="dimmed">
      {names}
      {first && last && (
        <>
          {' · '}
          <Trans>
            {first} to {last}
          </Trans>
        </>
      )}
      {' · '}
      {other_parties ? <Trans>with other people</Trans> : <Trans>without other people</Trans>}
    </Text>
  );
}
