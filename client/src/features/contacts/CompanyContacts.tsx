import { Button, Group } from '@mantine/core';
import { IconAddressBook, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Contact } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { EmptyState } from '~/design/EmptyState';
import { hasTools } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { DataTable, type Column } from '~/design/table';
import { useNumberFormat } from '~/features/phone-numbers';
import { ContactForm } from './ContactForm';
import { ContactMenu } from './ContactMenu';
import { ContactSearch } from './ContactSearch';
import { titleOf, useContacts } from './useContacts';
import { useContactChanges } from './useContactChanges';
import css from './contacts.module.css';

/** The contacts of an organisation, which all its users see. */
export default function CompanyContacts() {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [search, setSearch] = useState('');
  const [edited, setEdited] = useState<{ opened: boolean; contact?: Contact }>({ opened: false });
  const list = useContacts({ book: 'company', tenant, search });
  const changes = useContactChanges(tenant);
  const columns: Column<Contact>[] = [
    { title: t`Name`, render: (contact) => <bdi>{titleOf(contact, formatted)}</bdi> },
    { title: t`Organisation`, render: ({ name, organisation }) => <bdi>{name && organisation}</bdi> },
    { title: t`Department`, card: 'none', render: ({ department }) => <bdi>{department}</bdi> },
    {
      title: t`Numbers`,
      card: 'aside',
      render: ({ numbers }) => (
        <span className="tabular">{numbers.map((each) => formatted(each.number)).join(', ')}</span>
      ),
    },
    { title: t`E-mail`, card: 'none', render: ({ emails }) => emails.join(', ') },
  ];
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited({ opened: true })}>
      <Trans>New contact</Trans>
    </Button>
  );
  const isEmpty = list.loaded && list.items.length === 0 && !search;
  return (
    <Page
      title={t`Contacts`}
      size="xl"
      actions={
        <Group gap="xs" wrap="nowrap">
          {(search || hasTools(list)) && add}
          <ContactMenu tenant={tenant} />
        </Group>
      }
    >
      <ErrorNotice fault={changes.error} />
      {!isEmpty && (
        <div className={css.search}>
          <ContactSearch value={search} onChange={setSearch} />
        </div>
      )}
      <DataTable
        label={t`Contacts`}
        list={list}
        columns={columns}
        onOpen={(contact) => setEdited({ opened: true, contact })}
        actions={(contact) => (
          <Button
            size="xs"
            variant="default"
            aria-label={t`Delete ${titleOf(contact, formatted)}`}
            onClick={() => changes.remove(contact)}
          >
            <Trans>Delete</Trans>
          </Button>
        )}
        empty={
          search ? (
            <EmptyState icon={IconAddressBook} text={<Trans>No matching contacts.</Trans>} />
          ) : (
            <EmptyState
              icon={IconAddressBook}
              text={<Trans>No company contacts yet. Everyone in the organisation sees the ones that you add.</Trans>}
              action={add}
            />
          )
        }
      />
      <ContactForm
        opened={edited.opened}
        onClose={() => setEdited((before) => ({ ...before, opened: false }))}
        contact={edited.contact}
        book="company"
        tenant={tenant}
      />
    </Page>
  );
}
