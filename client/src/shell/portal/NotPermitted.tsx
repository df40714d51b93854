import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Page } from '~/design/Page';

/** In place of a page that the role of the user does not include. */
export function NotPermitted() {
  const { t } = useLingui();
  return (
    <Page title={t`Not permitted`}>
      <Text c="dimmed">
        <Trans>Your role does not include this page. Ask an administrator of your organisation.</Trans>
      </Text>
    </Page>
  );
}
