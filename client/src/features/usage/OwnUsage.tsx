import { List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { FEATURE_TITLES, monthName } from './model';
import { OWN_USAGE } from './own-usage-key';

/** For which features the user is counted, by month: all that the evaluation says about them. */
export function OwnUsage() {
  const { t, i18n } = useLingui();
  const found = useQuery({ queryKey: OWN_USAGE, queryFn: async () => (await api.showOwnUsage()).data });
  const used = found.data?.months.filter(({ features }) => features.length > 0);
  return (
    <>
      <ErrorBar fault={found.error} retry={found.refetch} />
      {found.isPending && <SkeletonBlock height={24} />}
      {found.data?.stopped && (
        <Text size="sm">
          <Trans>Your use is not evaluated.</Trans>
        </Text>
      )}
      {found.data && !found.data.stopped && (
        <Text size="sm">
          <Trans>
            You are counted as one of at least ten people who use a feature in a month. Your organisation does not see
            you. This is all that is counted; it is not stored:
          </Trans>
        </Text>
      )}
      {found.data && !found.data.stopped && used?.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>Nothing in the last six months.</Trans>
        </Text>
      )}
      {used && used.length > 0 && (
        <List size="sm" aria-label={t`Counted for you`}>
          {used.map(({ month, features }) => (
            <List.Item key={month}>
              {monthName(i18n.locale, month)}: {features.map((each) => t(FEATURE_TITLES[each])).join(', ')}
            </List.Item>
          ))}
        </List>
      )}
    </>
  );
}
