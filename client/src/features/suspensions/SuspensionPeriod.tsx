import { Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { formatDateTime } from '~/design/dates';

/** The beginning of a suspension, and its end if there is one. */
export function SuspensionPeriod({ since, until }: { since: string; until: string | null }) {
  return (
    <Text size="sm">
      {until ? (
        <Trans>
          Since {formatDateTime(since)}, until {formatDateTime(until)}
        </Trans>
      ) : (
        <Trans>Since {formatDateTime(since)}, without an end</Trans>
      )}
    </Text>
  );
}
