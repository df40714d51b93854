import { useLingui } from '@lingui/react/macro';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Page } from '~/design/Page';
import { Alerted } from './Alerted';
import { Locations } from './Locations';

/** Emergency calls: the places from which they are made, and the people who are alerted. */
export default function Emergency() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  return (
    <Page title={t`Emergency calls`} size="xl">
      <Locations tenant={tenant} />
      <Alerted tenant={tenant} />
    </Page>
  );
}
