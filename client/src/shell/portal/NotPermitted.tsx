import { Button, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Page } from '~/design/Page';

/** In place of a page that the role of the user does not include. */
export function NotPermitted() {
  const { t } = useLingui();
  return (
    <Page title={t`Not permitted`}>
      <Text c="dimmed" mb="md">
        <Trans>Your role does not include this page. Ask an administrator of your organisation.</Trans>
      </Text>
      <Button size="md" renderRoot={(props) => <Link to="/" {...props} />}>
        <Trans>Go to the start</Trans>
      </Button>
    </Page>
  );
}
