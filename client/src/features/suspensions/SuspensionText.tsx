import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Suspension } from '~/api';
import { InfoNotice } from '~/design/Notice';
import { SuspensionPeriod } from './SuspensionPeriod';
import { REASONS } from './texts';

/** Reason, explanation and end of a suspension in force; below them the state of its review. */
export function SuspensionText({ suspension, children }: { suspension: Suspension; children: ReactNode }) {
  const { t } = useLingui();
  const { reason, text, since, until, review } = suspension;
  return (
    <InfoNotice title={t`Suspended: ${t(REASONS[reason])}`}>
      {text && (
        <Text size="sm" dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      )}
      <SuspensionPeriod since={since} until={until} />
      {review === 'open' && <Text size="sm">{children}</Text>}
      {review === 'refused' && (
        <Text size="sm">
          <Trans>A review has confirmed it.</Trans>
        </Text>
      )}
    </InfoNotice>
  );
}
