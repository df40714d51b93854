import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { RetentionSweeps } from '~/api';
import { AlertNotice } from '~/design/Notice';
import { ENDING_KINDS } from './retention-texts';

/** Says that deletion does not work, and why. Renders nothing otherwise. */
export function RetentionAlarm({ sweeps }: { sweeps: RetentionSweeps }) {
  const { t } = useLingui();
  const { waiting_since, overdue, stalled } = sweeps;
  if (!overdue && stalled.length === 0) return null;
  const kinds = stalled.map((kind) => (ENDING_KINDS[kind] ? t(ENDING_KINDS[kind]) : kind)).join(', ');
  return (
    <AlertNotice title={t`Data is not deleted`}>
      <Text size="sm">
        {waiting_since ? (
          <Trans>
            The clock of the server jumped by more than a day, or the server was off. An operator has to check its time:
            unificx privacy retention confirm
          </Trans>
        ) : overdue ? (
          <Trans>No deletion has run for hours. Tell the operator.</Trans>
        ) : (
          <Trans>Overdue: {kinds}. The log of the server says why.</Trans>
        )}
      </Text>
    </AlertNotice>
  );
}
