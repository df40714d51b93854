import { Menu, UnstyledButton, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconDeviceMobile, IconHelp, IconLogout, IconShieldLock } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { Me } from '~/api';
import { signOut } from '~/api/session';
import { activateLanguage } from '~/core/language';
import { preferences, setPreferences, type Preferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { mayLeavePage } from '~/design/unsaved-input';
import { useConfirmUnsent } from '~/features/chat';
import css from './portal.module.css';

/** The user's own menu: phone, language, theme, density, security, sign out. */
export function AvatarMenu({ me: { person } }: { me: Me }) {
  const { t } = useLingui();
  const confirmUnsent = useConfirmUnsent();
  const { language, density } = useValue(preferences);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const chooseLanguage = (value: string) => {
    setPreferences({ language: value as Preferences['language'] });
    void activateLanguage();
  };
  const handleSignOut = async () => {
    if ((await mayLeavePage()) && (await confirmUnsent())) await signOut();
  };
  return (
    <Menu position="bottom-end" width={264}>
      <Menu.Target>
        <UnstyledButton className={css.avatar} aria-label={t`Your account: ${person?.name ?? ''}`}>
          <Avatar name={person?.name ?? ''} of={person?.id} size={32} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={css.menu}>
        <Menu.Label>
          <span className={css.ownName}>{person?.name}</span>
          {person?.email}
        </Menu.Label>
        <Menu.Item component="a" href="/app/" leftSection={<IconDeviceMobile size={18} aria-hidden />}>
          <Trans>My phone</Trans>
        </Menu.Item>
        <Menu.Item
          renderRoot={(props) => <Link to="/security" {...props} />}
          leftSection={<IconShieldLock size={18} aria-hidden />}
        >
          <Trans>Security</Trans>
        </Menu.Item>
        <Menu.Item component="a" href="/app/settings/support" leftSection={<IconHelp size={18} aria-hidden />}>
          <Trans>Contact support</Trans>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>
          <Trans>Language</Trans>
        </Menu.Label>
        <Menu.RadioGroup value={language} onChange={chooseLanguage}>
          <Menu.RadioItem value="auto">{t`System default`}</Menu.RadioItem>
          <Menu.RadioItem value="en">English</Menu.RadioItem>
          <Menu.RadioItem value="de">Deutsch</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Label>
          <Trans>Theme</Trans>
        </Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          <Menu.RadioItem value="auto">{t`System default`}</Menu.RadioItem>
          <Menu.RadioItem value="light">{t`Light`}</Menu.RadioItem>
          <Menu.RadioItem value="dark">{t`Dark`}</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Label>
          <Trans>Row height</Trans>
        </Menu.Label>
        <Menu.RadioGroup
          value={density}
          onChange={(value) => setPreferences({ density: value as Preferences['density'] })}
        >
          <Menu.RadioItem value="comfortable">{t`Comfortable`}</Menu.RadioItem>
          <Menu.RadioItem value="compact">{t`Compact`}</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => void handleSignOut()}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
