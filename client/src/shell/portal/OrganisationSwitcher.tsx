import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense, useState } from 'react';
import { useIsOperator } from '~/api/session';
import { selectTenant, tenantSelection } from '~/api/tenant-selection';
import { lazyPart } from '~/core/lazy-part';
import { useValue } from '~/core/store';
import { matchesSearch } from '~/design/table';
import { mayLeavePage } from '~/design/unsaved-input';
import css from './portal.module.css';

const NewOrganisation = lazyPart(() => import('~/features/organisation/NewOrganisation'));

/** Name of the organisation; operators choose another one or create one here. */
export function OrganisationSwitcher() {
  const { t } = useLingui();
  const { selected, all } = useValue(tenantSelection);
  const operator = useIsOperator();
  const [search, setSearch] = useState('');
  const [creating, setCreating] = useState(false);
  if (!operator) return <span className={css.organisation}>{selected?.name}</span>;
  const found = all.filter(({ name, slug, domain }) => matchesSearch(search, [name, slug, domain]));
  return (
    <>
      <Menu position="bottom-start" width={280} onClose={() => setSearch('')}>
        <Menu.Target>
          <UnstyledButton className={css.organisation} aria-label={t`Organisation: ${selected?.name ?? t`none`}`}>
            <span className={css.organisationName}>{selected?.name ?? t`none`}</span>
            <IconSelector size={16} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {all.length > 5 && (
            <Menu.Search
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              placeholder={t`Search`}
              aria-label={t`Search organisations`}
            />
          )}
          <div className={css.tenants}>
            {found.map(({ id, name, domain, state }) => (
              <Menu.Item
                key={id}
                aria-current={id === selected?.id || undefined}
                rightSection={id === selected?.id && <IconCheck size={16} aria-hidden />}
                onClick={() => void mayLeavePage().then((leaves) => leaves && selectTenant(id))}
              >
                {name}
                <span className={css.domain}>{state === 'active' ? domain : t`${domain}, suspended`}</span>
              </Menu.Item>
            ))}
          </div>
          {found.length === 0 && <Menu.Label>{t`Nothing matches.`}</Menu.Label>}
          <Menu.Divider />
          <Menu.Item leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            <Trans>New organisation</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {creating && (
        <Suspense>
          <NewOrganisation onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </>
  );
}
