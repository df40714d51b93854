import { useLingui } from '@lingui/react/macro';
import { Page } from '~/design/Page';
import { DevicesBody } from './DevicesBody';
import { SecurityBody } from './SecurityBody';

/** The portal's page of one's own safety: factors, password, and where one is signed in. */
export default function PortalSecurity() {
  const { t } = useLingui();
  return (
    <Page title={t`Your security`}>
      <SecurityBody />
      <DevicesBody />
    </Page>
  );
}
