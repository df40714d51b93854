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
import { selectTenant, loadTenants, tenantSelection } from '~/api/tenant-selection';
import { hasPendingRequirements, session, signOut } from '~/api/session';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';
import { ConnectionBanner } from './ConnectionBanner';

const PendingRequirements = lazy(() => import('~/features/sign-in/PendingRequirements'));

/** Portal frame: navigation, page and sign-out. */
export function PortalShell() {
  const { t } = useLingui();
  const [opened, menu] = useDisclosure();
  const now = useValue(session);
  const { selected, all } = useValue(tenantSelection);
  const tenantsQuery = useQuery({
    queryKey: ['organisation'],
    queryFn: () => loadTenants().then(() => true),
    enabled: now.state === 'in' && !hasPendingRequirements(now),
    refetchInterval: ({ state }) => (state.data ? false : POLL_INTERVAL_MS),
  });
  if (now.state !== 'in') return <Outlet />;
  if (hasPendingRequirements(now)) {
    return (
      <Suspense>
        <PendingRequirements />
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
        <Trans>Skip to content</Trans>
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
                value={selected?.id ?? null}
                onChange={(id) => id && selectTenant(id)}
              />
            ) : (
              <Text c="dimmed" size="sm" visibleFrom="sm">
                {selected?.name}
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
        <ConnectionBanner />
        {selected ? (
          <Outlet key={selected.id} />
        ) : (
          !tenantsQuery.isPending && (
            <Page title={t`Organisation`}>
              {tenantsQuery.error ? (
                <ErrorNotice fault={tenantsQuery.error} />
              ) : (
                <Text c="dimmed">
                  <Trans>No organisation yet.</Trans>
                </Text>
              )}
            </Page>
          )
        )}
      </AppShell.Main>
    </AppShell>
  );
}
