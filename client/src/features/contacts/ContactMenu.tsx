import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconDownload, IconUpload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { ImportContacts } from './ImportContacts';

/** Import and export of contacts. */
export function ContactMenu() {
  const { t } = useLingui();
  const [importing, setImporting] = useState(false);
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
          {(['vcf', 'csv'] as const).map((format) => (
            <Menu.Item
              key={format}
              component="a"
              href={`/api/v1/contacts.${format}?book=personal`}
              download
              leftSection={<IconDownload size={18} aria-hidden />}
            >
              {format === 'vcf' ? <Trans>Export my contacts as vCard</Trans> : <Trans>Export my contacts as CSV</Trans>}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ImportContacts opened={importing} onClose={() => setImporting(false)} />
    </>
  );
}
