import { useLingui } from '@lingui/react/macro';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { ChoiceFaults } from '~/design/ChoiceFaults';
import { Page } from '~/design/Page';
import { ApiKeys } from './ApiKeys';
import { Assistants } from './Assistants';
import { Scim } from './Scim';
import { Webhooks } from './Webhooks';

/** Programs that use the phone system: API keys, and webhooks that report events. */
export default function Integrations() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  return (
    <Page title={t`Integrations`} size="xl">
      <ChoiceFaults />
      <ApiKeys tenant={tenant} />
      <Scim tenant={tenant} />
      <Assistants />
      <Webhooks tenant={tenant} />
    </Page>
  );
}
