import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';
import { ExtensionRecordingPolicy, TenantRecordingPolicy } from './RecordingPolicy';

/** Whether calls are recorded, by the tenant and by extension. */
export default function PortalRecordingPolicy() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const settingsKey = ['recording-settings', tenant];
  const settings = useQuery({
    queryKey: settingsKey,
    queryFn: async () => (await api.showRecordingSettings({ query: { tenant } })).data,
  });
  return (
    <Page title={t`Recording policy`} back="/recordings" size="md">
      <ErrorBar fault={settings.error} retry={settings.refetch} />
      {settings.data && <TenantRecordingPolicy tenant={tenant} settings={settings.data} settingsKey={settingsKey} />}
      {/* Render later, to avoid a layout shift under the pointer. */}
      {!settings.isPending && <ExtensionRecordingPolicy tenant={tenant} />}
    </Page>
  );
}
