import { useLingui } from '@lingui/react/macro';
import { Page } from '~/design/Page';
import { SecurityBody } from './SecurityBody';

export default function Security() {
  const { t } = useLingui();
  return (
    <Page title={t`Security`} back="/settings">
      <SecurityBody />
    </Page>
  );
}
