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
    <Page title={t`Page could not be loaded`}>
      <Text mb="md" role="alert">
        <Trans>There may be an update, or no connection. Reload the page; this ends an active call.</Trans>
      </Text>
      <Button size="md" onClick={() => location.reload()}>
        <Trans>Reload</Trans>
      </Button>
    </Page>
  );
}
