import {
  Avatar,
  Button,
  Group,
  Input,
  NativeSelect,
  NavLink,
  SegmentedControl,
  Stack,
  Switch,
  Text,
} from '@mantine/core';
import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import {
  IconBellRinging,
  IconChevronRight,
  IconDevices,
  IconInfoCircle,
  IconLogout,
  IconMail,
  IconQrcode,
  IconReportMedical,
  IconShieldLock,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { session, signOut } from '~/api/session';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { activateLanguage } from '~/core/language';
import { requestSensorPermission } from '~/media/sensors';
import { setPreferences, preferences, type Preferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { MediaDevices } from './MediaDevices';

export default function Settings() {
  const { t } = useLingui();
  const [signingOut, setSigningOut] = useState(false);
  const handleSignOut = () => {
    setSigningOut(true);
    void signOut();
  };
  return (
    <Page title={t`Settings`}>
      <Profile />
      <SettingsLinks />
      <Section title={t`Appearance`}>
        <Appearance />
      </Section>
      <Section title={t`Calls`}>
        <CallSettings />
      </Section>
      <Section title={t`Microphone, speaker and camera`}>
        <MediaDevices />
      </Section>
      <Button
        size="md"
        fullWidth
        variant="light"
        color="red"
        leftSection={<IconLogout aria-hidden />}
        loading={signingOut}
        onClick={handleSignOut}
      >
        <Trans>Sign out</Trans>
      </Button>
    </Page>
  );
}

function Profile() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const numbers = me?.extensions.map((each) => each.number).join(', ');
  return (
    <Group wrap="nowrap" mb="md">
      <Avatar name={me?.person?.name} color="harbour" size="lg" alt="" />
      <div style={{ minWidth: 0 }}>
        <Text fw={600} fz="lg">
          {me?.person?.name}
        </Text>
        <Text size="sm" c="dimmed" truncate>
          {me?.person?.email}
        </Text>
        <Text size="sm" c="dimmed">
          {numbers ? t`Extension ${numbers}` : t`No extension`}
          {me?.tenant && ` · ${me.tenant.name}`}
        </Text>
      </div>
    </Group>
  );
}

function SettingsLinks() {
  const { t } = useLingui();
  const links = [
    { to: '/settings/add-device', text: t`Add a device`, icon: IconQrcode },
    { to: '/settings/voicemail', text: t`Mailbox`, icon: IconMail },
    { to: '/settings/devices', text: t`Devices`, icon: IconDevices },
    { to: '/settings/security', text: t`Security`, icon: IconShieldLock },
    { to: '/self-test', text: t`Will my phone ring?`, icon: IconBellRinging },
    { to: '/diagnostics', text: t`Diagnostics`, icon: IconReportMedical },
    { to: '/about', text: t`About UnifiCX`, icon: IconInfoCircle },
  ] as const;
  return (
    <Stack component="nav" gap={2} mb="md" aria-label={t`More settings`}>
      {links.map(({ to, text, icon: Icon }) => (
        <NavLink
          key={to}
          renderRoot={(props) => <Link to={to} {...props} />}
          label={text}
          leftSection={<Icon size={22} aria-hidden />}
          rightSection={<IconChevronRight size={18} aria-hidden />}
          mih={48}
          styles={{ label: { fontSize: 'var(--mantine-font-size-md)' } }}
          style={{ borderRadius: 'var(--mantine-radius-md)' }}
        />
      ))}
    </Stack>
  );
}

function Appearance() {
  const { t } = useLingui();
  const language = useValue(preferences, (each) => each.language);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (value: string) => {
    setPreferences({ language: value as Preferences['language'] });
    void activateLanguage();
  };
  return (
    <>
      <NativeSelect
        label={t`Language`}
        size="md"
        value={language}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { value: 'auto', label: t`System default` },
          { value: 'en', label: 'English' },
          { value: 'de', label: 'Deutsch' },
        ]}
      />
      <Input.Wrapper label={t`Theme`} size="md" labelElement="div">
        <SegmentedControl
          fullWidth
          size="md"
          styles={{ label: { paddingInline: 6 } }} // only needed on the narrowest screens
          aria-label={t`Theme`}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={[
            { value: 'auto', label: t`System` },
            { value: 'light', label: t`Light` },
            { value: 'dark', label: t`Dark` },
          ]}
        />
      </Input.Wrapper>
    </>
  );
}

function CallSettings() {
  const { t } = useLingui();
  const chosen = useValue(preferences);
  return (
    <>
      <Switch
        size="md"
        label={t`Ring for incoming calls`}
        description={t`Off: calls are shown without sound.`}
        checked={chosen.ringtone}
        onChange={(event) => setPreferences({ ringtone: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Answer my own calls automatically`}
        description={t`If you start a call from another program, this app picks up by itself and connects you.`}
        checked={chosen.answerClickToDial}
        onChange={(event) => setPreferences({ answerClickToDial: event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t`Use motion sensors`}
        description={t`Rotates the video and turns off the screen at your ear during calls. Sensor data never leaves this device.`}
        checked={chosen.sensors}
        onChange={(event) => {
          setPreferences({ sensors: event.currentTarget.checked });
          void requestSensorPermission(); // iOS prompts now, on the user gesture.
        }}
      />
    </>
  );
}
