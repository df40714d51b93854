import { Badge, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDownload, IconFileImport, IconPhone, IconPlus, IconUsers } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { Fragment, useState, type ReactNode } from 'react';
import { api, type ListPeopleData, type PeopleEntry } from '~/api';
import { useMay } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { ChoiceFaults } from '~/design/ChoiceFaults';
import { formatDate } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { POLL_INTERVAL_MS, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { DataTable, download, EMPTY_VIEW, ToolButton, type Column, type Filter, type View } from '~/design/table';
import { BulkActions } from './BulkActions';
import { BULK_PERMISSIONS } from './changes';
import { ImportPeople } from './ImportPeople';
import { NewPerson } from './NewPerson';
import { usePeopleTexts } from './texts';
import { useDepartments } from './useDepartments';
import css from './people.module.css';

type Query = NonNullable<ListPeopleData['query']>;

/** All people and shared phones of the tenant, with numbers, phones and state. */
export default function People() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const navigate = useNavigate();
  const may = useMay();
  const [view, setView] = useState<View>(EMPTY_VIEW);
  const [adding, setAdding] = useState(false);
  const [importing, setImporting] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const { columns, sortKeys } = useColumns();
  const filters = useFilters(tenant);
  const [search] = useDebouncedValue(view.search.trim(), 250);
  const query: Query = { tenant, search, ...queryOf(view, sortKeys) };
  const list = usePages<PeopleEntry>(['people', query], (cursor) => api.listPeople({ query: { ...query, cursor } }), {
    pollMs: POLL_INTERVAL_MS,
    keepFormer: true,
  });
  const open = (entry: PeopleEntry) =>
    void navigate({ to: entry.kind === 'person' ? `/people/${entry.id}` : `/phones/${entry.id}` });
  const exportCsv = async () => {
    try {
      const { data } = await api.exportPeople({ query, parseAs: 'text' });
      // The byte order mark, which spreadsheets need, is lost when the text is decoded.
      download(`${t`People`}.csv`, `\uFEFF${data}`);
      setFault(undefined);
    } catch (problem) {
      setFault(problem);
    }
  };
  return (
    <Page
      title={t`People & phones`}
      size="xl"
      actions={
        may('people_change') && (
          <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            <Trans>New person</Trans>
          </Button>
        )
      }
    >
      <ErrorNotice fault={fault} />
      {!list.fault && <ChoiceFaults />}
      <DataTable<PeopleEntry>
        label={t`People & phones`}
        columns={columns}
        list={list}
        filters={filters}
        remote={{ view, onView: setView }}
        onOpen={open}
        selection={
          BULK_PERMISSIONS.some(may)
            ? {
                name: (entry) => entry.name,
                actions: (entries, done) => <BulkActions entries={entries} tenant={tenant} onDone={done} />,
              }
            : undefined
        }
        tools={
          <>
            {may('people_change') && (
              <ToolButton icon={IconFileImport} onClick={() => setImporting(true)}>
                <Trans>Import CSV</Trans>
              </ToolButton>
            )}
            <ToolButton icon={IconDownload} onClick={() => void exportCsv()}>
              <Trans>Export CSV</Trans>
            </ToolButton>
          </>
        }
        empty={
          <EmptyState
            icon={IconUsers}
            text={
              may('people_change') ? (
                <Trans>No people yet. Add the first person, or import a list.</Trans>
              ) : (
                <Trans>No people yet.</Trans>
              )
            }
            action={
              may('people_change') && (
                <Button onClick={() => setAdding(true)}>
                  <Trans>New person</Trans>
                </Button>
              )
            }
          />
        }
      />
      <NewPerson opened={adding} onClose={() => setAdding(false)} tenant={tenant} />
      <ImportPeople opened={importing} onClose={() => setImporting(false)} tenant={tenant} />
    </Page>
  );
}

/** An e-mail address that breaks after its @ and before its dots, if there is no room for it. */
function breakable(email: string): ReactNode {
  return email.split(/(?<=@)|(?=\.)/).map((part, at) => (
    <Fragment key={at}>
      <wbr />
      {part}
    </Fragment>
  ));
}

function queryOf(view: View, sortKeys: Record<string, string>): Query {
  const { role, state, phone, visit, department } = view.filters;
  const key = view.sort && sortKeys[view.sort.column];
  return {
    role: role?.length ? (role as Query['role']) : undefined,
    state: state?.length ? (state as Query['state']) : undefined,
    // Both or neither chosen: no filter.
    has_phone: phone?.length === 1 ? phone[0] === 'yes' : undefined,
    never_signed_in: visit?.length ? true : undefined,
    department: department?.length ? department : undefined,
    sort: key ? (`${view.sort?.descending ? '-' : ''}${key}` as Query['sort']) : undefined,
  };
}

function useColumns() {
  const { t } = useLingui();
  const { roles, states } = usePeopleTexts();
  const number = (entry: PeopleEntry) => entry.extensions.map((each) => each.number).join(', ');
  const columns: Column<PeopleEntry>[] = [
    {
      title: t`Name`,
      value: ({ name }) => name,
      card: 'title',
      render: ({ id, name, email, kind }) => (
        <span className={css.person}>
          <Avatar name={name} of={id} size={32} icon={kind === 'person' ? undefined : IconPhone} />
          <span className={css.names}>
            <bdi className={css.name}>{name}</bdi>
            <span className={css.email}>{kind === 'person' ? breakable(email) : t`Shared phone`}</span>
          </span>
        </span>
      ),
    },
    {
      title: t`Number`,
      value: number,
      card: 'detail',
      render: (entry) => <span className="tabular">{number(entry) || '–'}</span>,
    },
    {
      title: t`State`,
      value: ({ state }) => state,
      card: 'detail',
      render: ({ state }) => (
        <Badge variant="dot" miw="max-content" color={states[state].colour}>
          {states[state].text}
        </Badge>
      ),
    },
    {
      title: t`Devices`,
      card: 'none',
      render: ({ extensions }) => {
        const devices = extensions.reduce((sum, each) => sum + each.devices, 0);
        const online = extensions.reduce((sum, each) => sum + each.online, 0);
        return devices ? t`${devices}, ${online} online` : '–';
      },
    },
    {
      title: t`Voicemail`,
      card: 'none',
      render: ({ extensions }) =>
        extensions.length === 0 ? '–' : extensions.some((each) => each.voicemail) ? t`On` : t`Off`,
    },
    {
      title: t`Last seen`,
      value: ({ last_seen }) => last_seen,
      card: 'none',
      render: ({ last_seen }) => (last_seen ? formatDate(last_seen) : t`Never`),
    },
    {
      title: t`Department`,
      value: ({ department }) => department,
      card: 'none',
      render: ({ department }) => <bdi>{department || '–'}</bdi>,
    },
    { title: t`Role`, value: ({ role }) => role, card: 'none', render: ({ role }) => (role ? roles[role] : '–') },
  ];
  const sortKeys = {
    [t`Name`]: 'name',
    [t`Number`]: 'number',
    [t`State`]: 'state',
    [t`Last seen`]: 'last_seen',
    [t`Role`]: 'role',
    [t`Department`]: 'department',
  };
  return { columns, sortKeys };
}

function useFilters(tenant?: string): Filter<PeopleEntry>[] {
  const { t } = useLingui();
  const departments = useDepartments(tenant);
  const { roles, states } = usePeopleTexts();
  return [
    {
      id: 'role',
      title: t`Role`,
      options: (['user', 'tenant_admin'] as const).map((value) => ({ value, label: roles[value] })),
    },
    {
      id: 'state',
      title: t`State`,
      options: (['active', 'invited', 'suspended'] as const).map((value) => ({ value, label: states[value].text })),
    },
    {
      id: 'phone',
      title: t`Phone`,
      options: [
        { value: 'yes', label: t`Has a phone` },
        { value: 'no', label: t`Has no phone` },
      ],
    },
    ...(departments.length
      ? [
          {
            id: 'department',
            title: t`Department`,
            options: [
              ...departments.map((name) => ({ value: name, label: name })),
              { value: '', label: t`No department` },
            ],
          },
        ]
      : []),
    { id: 'visit', title: t`Sign-in`, options: [{ value: 'never', label: t`Never signed in` }] },
  ];
}
