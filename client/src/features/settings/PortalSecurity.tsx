import { useLingui } from '@lingui/react/macro';
import { Page } from '~/design/Page';
import { DevicesBody } from './DevicesBody';
import { SecurityBody } from './SecurityBody';

/** Security page of the portal: factors, password and sessions. */
export default function PortalSecurity() {
  const { t } = useLingui();
  return (
    <Page title={t`Security`}>
      <SecurityBody />
      <DevicesBody />
    </Page>
  );
}
