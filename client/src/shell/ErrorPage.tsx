import { Button, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { Page } from '~/design/Page';
import { logError } from '~/core/error-log';

/** A screen failed or could not be loaded, possibly because of an update. */
export function ErrorPage({ error }: { error: unknown }) {
  const { t } = useLingui();
  useEffect(() => logError(error), [error]);
  return (
    <Page title={t`This page could not be shown`}>
      <Text mb="md" role="alert">
        <Trans>It may be of an earlier version, or there is no connection. Loading again helps; it ends a call.</Trans>
      </Text>
      <Button size="md" onClick={() => location.reload()}>
        <Trans>Load again</Trans>
      </Button>
    </Page>
  );
}
