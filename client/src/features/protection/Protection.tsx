import { useLingui } from '@lingui/react/macro';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Page } from '~/design/Page';
import { Blocks } from './Blocks';
import { Permissions } from './Permissions';
import { SpendWarning } from './SpendWarning';
import { Stops } from './Stops';

/** Protection against expensive and unwanted calls: stops, permissions, and the block list of the organisation. */
export default function Protection() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  return (
    <Page title={t`Protection`} size="xl">
      <SpendWarning tenant={tenant} />
      <Stops tenant={tenant} />
      <Permissions tenant={tenant} />
      <Blocks tenant={tenant} />
    </Page>
  );
}
