import { ActionIcon, Menu } from '@mantine/core';
import { IconHelp, IconInfoCircle, IconMessageCircleQuestion } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';

/** The question mark of the top bar, where there is room; the menu of the account has the same for narrow screens. */
export function HelpMenu() {
  const { t } = useLingui();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} visibleFrom="sm" aria-label={t`Help`}>
          <IconHelp size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href="/app/settings/support"
          leftSection={<IconMessageCircleQuestion size={18} aria-hidden />}
        >
          <Trans>Contact support</Trans>
        </Menu.Item>
        <Menu.Item component="a" href="/app/about" leftSection={<IconInfoCircle size={18} aria-hidden />}>
          <Trans>About</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
