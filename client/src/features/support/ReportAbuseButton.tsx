import { Button } from '@mantine/core';
import { IconFlag } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import type { Reported } from './AbuseForm';
import { reportAbuse } from './report-abuse';

/** Opens the form of a report of abuse. */
export function ReportAbuseButton({ reported }: { reported: Reported }) {
  return (
    <Button
      size="md"
      variant="subtle"
      leftSection={<IconFlag size={18} aria-hidden />}
      style={{ alignSelf: 'flex-start' }}
      onClick={() => reportAbuse(reported)}
    >
      <Trans>Report to the administrators</Trans>
    </Button>
  );
}
