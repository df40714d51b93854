import { Anchor, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Page } from '~/design/Page';
import { ReceivedNotices } from './ReceivedNotices';

/** The notices of the last 90 days, and the way to what is sent. */
export default function NoticesPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Your notices`} back="/settings">
      <ReceivedNotices />
      <Text size="sm" c="dimmed" mt="md">
        <Trans>Notices are deleted after 90 days.</Trans>
      </Text>
      <Anchor size="sm" renderRoot={(props) => <Link to="/settings/notices" {...props} />}>
        <Trans>Choose what you receive</Trans>
      </Anchor>
    </Page>
  );
}
