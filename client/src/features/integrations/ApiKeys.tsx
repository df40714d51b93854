import { Button, Code } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type ApiKey, type Person } from '~/api';
import { session } from '~/api/session';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useValue } from '~/core/store';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { formatDate } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, useAllPages, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from '~/features/routing';
import { ApiKeyForm } from './ApiKeyForm';
import { scopeText } from './texts';

/** API keys of the organisation. A new one acts as the signed-in user. */
export function ApiKeys({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const list = usePages<ApiKey>(['api-keys', tenant], () => api.listApiKeys({ query: { tenant } }));
  const people = useAllPages<Person>(['persons', tenant], (cursor) =>
    api.listPersons({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  ).items;
  const changes = useChanges(['api-keys']);
  const editor = useEditor<ApiKey>({
    title: () => t`New API key`,
    form: (_, close) => <ApiKeyForm role={me?.role ?? 'user'} tenant={tenant} onClose={close} />,
  });
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const scopes = (key: ApiKey) => key.scopes.map((scope) => t(scopeText(scope).title)).join(', ');
  const lastUse = ({ last_used }: ApiKey) => (last_used ? formatDate(last_used) : t`never`);
  const revoke = async ({ id, name }: ApiKey) => {
    const confirmed = await confirmAction({
      title: t`Revoke the API key ${name}?`,
      text: t`Programs that use it are refused at once. This cannot be undone.`,
      confirmLabel: t`Revoke`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed)
      changes.mutate({
        apply: () => api.revokeApiKey({ path: { key_id: id }, query: { tenant } }),
        message: t`The API key ${name} is revoked.`,
      });
  };
  const columns: Column<ApiKey>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    { title: t`Permissions`, value: scopes, render: scopes },
    {
      title: t`Acts as`,
      value: ({ person_id }) => names.get(person_id),
      render: ({ person_id }) => <bdi>{names.get(person_id)}</bdi>,
    },
    { title: t`Last used`, card: 'aside', value: ({ last_used }) => last_used, render: lastUse },
    { title: t`Created`, card: 'none', value: ({ created }) => created, render: ({ created }) => formatDate(created) },
    { title: t`Expires`, card: 'none', value: ({ expires }) => expires, render: ({ expires }) => formatDate(expires) },
    { title: t`Begins with`, card: 'none', optional: true, render: ({ prefix }) => <Code>{prefix}</Code> },
  ];
  const add = me?.tenant?.id === tenant && (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New API key</Trans>
    </Button>
  );
  return (
    <Section
      title={t`API keys`}
      lead={<Trans>With a key, a program uses the phone system in the name of the user who created the key.</Trans>}
    >
      <ErrorNotice fault={changes.error} />
      <DataTable<ApiKey>
        label={t`API keys`}
        list={list}
        columns={columns}
        tools={hasTools(list) && add}
        actions={(key) => (
          <Button size="xs" variant="default" aria-label={t`Revoke ${key.name}`} onClick={() => void revoke(key)}>
            <Trans>Revoke</Trans>
          </Button>
        )}
        empty={<EmptyState icon={IconKey} text={<Trans>No program has a key yet.</Trans>} action={add} />}
      />
      {editor.drawer}
    </Section>
  );
}
