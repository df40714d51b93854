import { AppShell, Burger, Button, Group, NavLink, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import {
  IconAddressBook,
  IconBuilding,
  IconClockHour4,
  IconDeviceLandlinePhone,
  IconMail,
  IconMicrophone2,
  IconPhoneCall,
  IconReportMedical,
  IconShieldLock,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { choose, findOrganisation, organisation } from '~/api/organisation';
import { isHalfIn, session, signOut } from '~/api/session';
import { WATCHED_MS } from '~/design/lists';
import { Fault } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useValue } from '~/kernel/store';
import { Connection } from './Connection';

const HalfIn = lazy(() => import('~/rooms/sign-in/HalfIn'));

/** The portal's frame: sections at the left, the page, who is signed in. */
export function PortalShell() {
  const { t } = useLingui();
  const [opened, menu] = useDisclosure();
  const now = useValue(session);
  const { chosen, all } = useValue(organisation);
  const finding = useQuery({
    queryKey: ['organisation'],
    queryFn: () => findOrganisation().then(() => true),
    enabled: now.state === 'in' && !isHalfIn(now),
    refetchInterval: ({ state }) => (state.data ? false : WATCHED_MS),
  });
  if (now.state !== 'in') return <Outlet />;
  if (isHalfIn(now)) {
    return (
      <Suspense>
        <HalfIn />
      </Suspense>
    );
  }
  const sections = [
    { to: '/', text: t`Live calls`, icon: IconPhoneCall },
    { to: '/people', text: t`People`, icon: IconUsers },
    { to: '/extensions', text: t`Extensions`, icon: IconAddressBook },
    { to: '/devices', text: t`Devices`, icon: IconDeviceLandlinePhone },
    { to: '/rooms', text: t`Rooms`, icon: IconUsersGroup },
    { to: '/voicemail', text: t`Voicemail`, icon: IconMail },
    { to: '/recordings', text: t`Recordings`, icon: IconMicrophone2 },
    { to: '/history', text: t`History`, icon: IconClockHour4 },
    { to: '/reports', text: t`Reports`, icon: IconReportMedical },
    { to: '/organisation', text: t`Organisation`, icon: IconBuilding },
    { to: '/security', text: t`Security`, icon: IconShieldLock },
  ] as const;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={0}
    >
      <a className="skip" href="#main">
        <Trans>To the content</Trans>
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap">
            <Burger opened={opened} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t`Sections`} />
            <Text fw={650}>UnifiCX</Text>
            {all.length > 0 ? (
              <Select
                aria-label={t`Organisation`}
                size="xs"
                allowDeselect={false}
                searchable
                data={all.map((each) => ({ value: each.id, label: each.name }))}
                value={chosen?.id ?? null}
                onChange={(id) => id && choose(id)}
              />
            ) : (
              <Text c="dimmed" size="sm" visibleFrom="sm">
                {chosen?.name}
              </Text>
            )}
          </Group>
          <Button variant="default" size="xs" onClick={() => void signOut()}>
            <Trans>Sign out</Trans>
          </Button>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t`Sections`}>
        {sections.map(({ to, text, icon: Icon }) => (
          <NavLink
            key={to}
            renderRoot={(props) => <Link to={to} activeOptions={{ exact: to === '/' }} {...props} />}
            label={text}
            leftSection={<Icon size={18} aria-hidden />}
            onClick={menu.close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main">
        <Connection />
        {chosen ? (
          <Outlet key={chosen.id} />
        ) : (
          !finding.isPending && (
            <Page title={t`Organisation`}>
              {finding.error ? (
                <Fault fault={finding.error} />
              ) : (
                <Text c="dimmed">
                  <Trans>There is no organisation yet.</Trans>
                </Text>
              )}
            </Page>
          )
        )}
      </AppShell.Main>
    </AppShell>
  );
}
