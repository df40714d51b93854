import { Burger, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import type { Me } from '~/api';
import { useMay } from '~/api/session';
import { loadTenants, tenantSelection } from '~/api/tenant-selection';
import { product } from '~/core/brand';
import { preferences } from '~/core/preferences';
import { useValue } from '~/core/store';
import { ErrorBar } from '~/design/ErrorBar';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { Page } from '~/design/Page';
import { Bell } from '~/features/home';
import { ConnectionBanner } from '../ConnectionBanner';
import { PolicyNotice } from '../PolicyNotice';
import { AvatarMenu } from './AvatarMenu';
import { CommandSearch } from './CommandSearch';
import { HelpMenu } from './HelpMenu';
import { Navigation } from './Navigation';
import { NotPermitted } from './NotPermitted';
import { OrganisationSwitcher } from './OrganisationSwitcher';
import { useMayOpen } from './sections';
import css from './portal.module.css';

/** Frame of the portal: organisation, search and avatar menu on top, navigation at the left. */
export default function PortalFrame({ me }: { me: Me }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const collapsed = useValue(preferences, (each) => each.navigationCollapsed);
  const { selected } = useValue(tenantSelection);
  const { isPending, error, refetch } = useQuery({
    queryKey: ['organisation'],
    queryFn: () => loadTenants().then(() => true),
    refetchInterval: ({ state }) => (state.data ? false : POLL_INTERVAL_MS),
  });
  const may = useMay();
  const mayOpen = useMayOpen();
  const path = useLocation({ select: ({ pathname }) => pathname });
  const close = () => setOpened(false);
  return (
    <div
      className={css.frame}
      data-opened={opened || undefined}
      data-collapsed={collapsed || undefined}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <a className="skip" href="#main">
        <Trans>Skip to content</Trans>
      </a>
      <header className={css.header}>
        <span className={css.burger}>
          <Burger
            opened={opened}
            onClick={() => setOpened(!opened)}
            size="sm"
            aria-label={t`Sections`}
            aria-expanded={opened}
          />
        </span>
        <span className={css.product}>{product}</span>
        <OrganisationSwitcher />
        <span className={css.spread} />
        {selected && <CommandSearch tenant={selected.id} />}
        {selected && may('people_change') && <Bell tenant={selected.id} />}
        <HelpMenu />
        <AvatarMenu me={me} />
      </header>
      <Navigation onChosen={close} />
      <main id="main" className={css.main}>
        <ConnectionBanner />
        <PolicyNotice />
        {selected && !mayOpen(path) ? (
          <NotPermitted />
        ) : selected ? (
          <Outlet key={selected.id} />
        ) : (
          !isPending && (
            <Page title={t`Organisation`}>
              <ErrorBar fault={error} retry={() => void refetch()} />
              {!error && (
                <Text c="dimmed">
                  <Trans>No organisation yet.</Trans>
                </Text>
              )}
            </Page>
          )
        )}
      </main>
    </div>
  );
}
