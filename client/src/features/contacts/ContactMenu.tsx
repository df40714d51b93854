import { ActionIcon, Menu } from '@mantine/core';
import { IconDeviceMobile, IconDots, IconDownload, IconUpload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { openDialog } from '~/design/dialogs';
import { DeviceContacts } from './DeviceContacts';
import { ImportContacts } from './ImportContacts';

/** Import and export: of personal contacts, or of those of an organisation. */
export function ContactMenu({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [importing, setImporting] = useState(false);
  const texts = tenant
    ? { vcf: t`Export company contacts as vCard`, csv: t`Export company contacts as CSV` }
    : { vcf: t`Export my contacts as vCard`, csv: t`Export my contacts as CSV` };
  const openDeviceContacts = () =>
    openDialog({
      title: t`Contacts of this device`,
      children: <DeviceContacts />,
    });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={42} aria-label={t`More actions for contacts`}>
            <IconDots size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUpload size={18} aria-hidden />} onClick={() => setImporting(true)}>
            <Trans>Import contacts</Trans>
          </Menu.Item>
          {!tenant && (
            <Menu.Item leftSection={<IconDeviceMobile size={18} aria-hidden />} onClick={openDeviceContacts}>
              <Trans>Contacts of this device</Trans>
            </Menu.Item>
          )}
          {(['vcf', 'csv'] as const).map((format) => (
            <Menu.Item
              key={format}
              component="a"
              href={`/api/v1/contacts.${format}${tenant ? `?tenant=${encodeURIComponent(tenant)}` : ''}`}
              download
              leftSection={<IconDownload size={18} aria-hidden />}
            >
              {texts[format]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ImportContacts opened={importing} onClose={() => setImporting(false)} tenant={tenant} />
    </>
  );
}
