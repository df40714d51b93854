import { Button, Group, Input, NativeSelect, NavLink, Stack, Text } from '@mantine/core';
import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import {
  IconArrowForwardUp,
  IconAsterisk,
  IconBell,
  IconBellRinging,
  IconChevronRight,
  IconDevices,
  IconHelp,
  IconInfoCircle,
  IconList,
  IconLock,
  IconLogout,
  IconRecordMail,
  IconReportMedical,
  IconShieldLock,
} from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { session, signOut } from '~/api/session';
import { Avatar } from '~/design/Avatar';
import { Page } from '~/design/Page';
import { PreferenceSwitch } from '~/design/PreferenceSwitch';
import { Section } from '~/design/Section';
import { Segments } from '~/design/Segments';
import { mayLeavePage } from '~/design/unsaved-input';
import { activateLanguage } from '~/core/language';
import { requestSensorPermission } from '~/media/sensors';
import { setPreferences, preferences, type Preferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { useConfirmUnsent } from '~/features/chat';
import { NoticesLink } from '~/features/notice-list';
import { OwnPicture } from '~/features/pictures';
import { PermissionText } from '~/features/privacy';
import { StatusChip } from '~/features/status';
import { MediaDevices } from './MediaDevices';

export default function Settings() {
  const { t } = useLingui();
  const [signingOut, setSigningOut] = useState(false);
  const confirmUnsent = useConfirmUnsent();
  const handleSignOut = async () => {
    if (!((await mayLeavePage()) && (await confirmUnsent()))) return;
    setSigningOut(true);
    await signOut();
  };
  return (
    <Page
      title={t`More`}
      actions={
        <Group gap="xs" wrap="nowrap">
          <NoticesLink />
          <StatusChip />
        </Group>
      }
    >
      <Profile />
      <OwnPicture />
      <Links label={t`Phone and account`} links={PHONE_LINKS} />
      <Section title={t`Calls`}>
        <CallSettings />
      </Section>
      <Section title={t`Microphone, speaker and camera`}>
        <MediaDevices />
      </Section>
      <Section title={t`Appearance`}>
        <Appearance />
      </Section>
      <Links label={t`Help and privacy`} links={HELP_LINKS} />
      <Button
        size="md"
        fullWidth
        variant="light"
        color="red"
        leftSection={<IconLogout aria-hidden />}
        loading={signingOut}
        onClick={() => void handleSignOut()}
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
      <Avatar name={me?.person?.name ?? ''} of={me?.person?.id} size={56} />
      <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        <Text fw={600} fz="lg">
          {me?.person?.name}
        </Text>
        <Text size="sm" c="dimmed">
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

const PHONE_LINKS = [
  { to: '/settings/forwarding', text: msg`Forwarding`, icon: IconArrowForwardUp },
  { to: '/settings/speed-dials', text: msg`Speed dials`, icon: IconList },
  { to: '/settings/voicemail', text: msg`Mailbox`, icon: IconRecordMail },
  { to: '/settings/devices', text: msg`Devices`, icon: IconDevices },
  { to: '/settings/notices', text: msg`Notices`, icon: IconBell },
  { to: '/settings/codes', text: msg`Feature codes`, icon: IconAsterisk },
  { to: '/settings/security', text: msg`Security`, icon: IconShieldLock },
  { to: '/self-test', text: msg`Will my phone ring?`, icon: IconBellRinging },
] as const;

const HELP_LINKS = [
  { to: '/settings/privacy', text: msg`Privacy`, icon: IconLock },
  { to: '/settings/support', text: msg`Contact support`, icon: IconHelp },
  { to: '/diagnostics', text: msg`Report a problem`, icon: IconReportMedical },
  { to: '/about', text: msg`About, licence and privacy`, icon: IconInfoCircle },
] as const;

interface LinksProps {
  label: string;
  links: typeof PHONE_LINKS | typeof HELP_LINKS;
}

function Links({ label, links }: LinksProps) {
  const { t } = useLingui();
  return (
    <Stack component="nav" gap={2} mb="md" aria-label={label}>
      {links.map(({ to, text, icon: Icon }) => (
        <NavLink
          key={to}
          renderRoot={(props) => <Link to={to} {...props} />}
          label={t(text)}
          leftSection={<Icon size={22} aria-hidden />}
          rightSection={<IconChevronRight size={18} aria-hidden />}
          mih={48}
          styles={{ label: { fontSize: 'var(--mantine-font-size-md)', overflowWrap: 'anywhere' } }}
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
        <Segments<MantineColorScheme>
          size="md"
          label={t`Theme`}
          value={colorScheme}
          onChange={setColorScheme}
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
  return (
    <>
      <PreferenceSwitch
        preference="ringtone"
        label={t`Ring for incoming calls`}
        description={t`Off: calls are shown without sound.`}
      />
      <PreferenceSwitch
        preference="answerClickToDial"
        label={t`Answer my own calls automatically`}
        description={t`If you start a call from another program, this app picks up by itself and connects you.`}
      />
      <PreferenceSwitch
        preference="sensors"
        label={t`Use motion sensors`}
        description={<PermissionText of="sensors" />}
        onChange={() => void requestSensorPermission()} // iOS prompts now, on the user gesture.
      />
    </>
  );
}
