import { Button, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Page } from '~/design/Page';

/** Unknown address: mistyped, or from an earlier version. */
export default function NotFound() {
  const { t } = useLingui();
  return (
    <Page title={t`Page not found`}>
      <Text mb="md">
        <Trans>The address may be wrong, or the page has moved.</Trans>
      </Text>
      <Button size="md" renderRoot={(props) => <Link to="/" {...props} />}>
        <Trans>Go to the start</Trans>
      </Button>
    </Page>
  );
}
