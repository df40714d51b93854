import { Button, Group, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useEffect, useState } from 'react';
import { logError } from '~/core/error-log';
import { Page } from '~/design/Page';
import { loadFailedScreens } from './lazy-screen';

/** A screen failed or could not be loaded, possibly because of an update. `reset` renders it again. */
export function ErrorPage({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useLingui();
  const [trying, setTrying] = useState(false);
  const tryAgain = useCallback(async () => {
    setTrying(true);
    await loadFailedScreens();
    setTrying(false);
    reset();
  }, [reset]);
  useEffect(() => logError(error), [error]);
  useEffect(() => {
    const onOnline = () => void tryAgain();
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [tryAgain]);
  return (
    <Page title={t`Page could not be loaded`}>
      <Text mb="md" role="alert">
        <Trans>
          There may be no connection, or an update. If trying again does not help, reload the page; an active call is
          interrupted for a moment.
        </Trans>
      </Text>
      <Group gap="xs">
        <Button size="md" loading={trying} onClick={() => void tryAgain()}>
          <Trans>Try again</Trans>
        </Button>
        <Button size="md" variant="default" onClick={() => location.reload()}>
          <Trans>Reload</Trans>
        </Button>
      </Group>
    </Page>
  );
}
